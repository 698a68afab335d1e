package io.bootdistill.text;

import static io.bootdistill.format.RawFiles.assertMessage;
import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.format.RawFiles;
import io.bootdistill.format.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Three prompts of two tokens of two numbers each. */
@Tag("fast")
class TextStatesTest {

    private static final float[] STATES = {1, -2, 0.5f, 4, 5, 6, 7, 8, -9, 10, 11, 0.25f};
    private static final float[] MASK = {1, 0, 1, 1, 1, 0};
    private static final String THREE = "a cat\na dog\n\n";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("text.safetensors");
    }

    private static SafetensorsWriter writer(float[] states, float[] mask) {
        return new SafetensorsWriter().add("states", new int[] {3, 2, 2}, states).add("mask", new int[] {3, 2}, mask);
    }

    private void write(String prompts) throws IOException {
        writer(STATES, MASK).write(file);
        Files.writeString(folder.resolve("prompts.txt"), prompts);
    }

    private static float[] states(TextStates states, String prompt) {
        float[] into = new float[5];
        states.states(states.row(prompt), into, 1);
        return into;
    }

    private static float[] mask(TextStates states, String prompt) {
        float[] into = new float[3];
        states.mask(states.row(prompt), into, 1);
        return into;
    }

    @Test
    void rowsOfPromptsBesideTheFile() throws IOException {
        write("a cat\r\na dog\r\n\r\n");
        try (TextStates text = TextStates.open(file)) {
            assertEquals(List.of("a cat", "a dog", ""), List.copyOf(text.prompts()));
            assertEquals(2, text.tokens());
            assertEquals(2, text.width());
            assertArrayEquals(new float[] {0, 1, -2, 0.5f, 4}, states(text, "a cat"));
            assertArrayEquals(new float[] {0, 5, 6, 7, 8}, states(text, "a dog"));
            assertArrayEquals(new float[] {0, -9, 10, 11, 0.25f}, states(text, ""));
            assertArrayEquals(new float[] {0, 1, 0}, mask(text, "a cat"));
            assertArrayEquals(new float[] {0, 1, 1}, mask(text, "a dog"));
            assertThrows(IndexOutOfBoundsException.class, () -> text.states(3, new float[4], 0));
            assertThrows(IndexOutOfBoundsException.class, () -> text.states(-1, new float[4], 0));
            assertThrows(IndexOutOfBoundsException.class, () -> text.mask(0, new float[2], 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a cat\na dog\n", "a cat\na dog\n\n", "[\"a cat\", \"a dog\", \"\"]"})
    void rowsOfPromptsInTheFile(String prompts) throws IOException {
        Files.writeString(folder.resolve("prompts.txt"), "not\nthese");
        writer(STATES, MASK).metadata("prompts", prompts).write(file);
        try (TextStates text = TextStates.open(file)) {
            assertArrayEquals(new float[] {0, 5, 6, 7, 8}, states(text, "a dog"));
            assertArrayEquals(new float[] {0, -9, 10, 11, 0.25f}, states(text, ""));
        }
    }

    @Test
    void promptsOfMoreThanALine() throws IOException {
        writer(STATES, MASK).metadata("prompts", "[\"a\\nb\", \"c\\r\", \"[d]\"]").write(file);
        try (TextStates text = TextStates.open(file)) {
            assertEquals(List.of("a\nb", "c\r", "[d]"), List.copyOf(text.prompts()));
        }
    }

    @Test
    void firstRowOfAPromptCounts() throws IOException {
        write("a cat\na dog\na cat\n");
        try (TextStates text = TextStates.open(file)) {
            assertEquals(2, text.prompts().size());
            assertEquals(0, text.row("a cat"));
        }
    }

    /** 1.5 and -2^-24, in each of the types that hold them. */
    @ParameterizedTest
    @CsvSource({"F16, 00 3e 01 80", "BF16, c0 3f 80 b3", "F32, 00 00 c0 3f 00 00 80 b3"})
    void types(String dtype, String bytes) {
        String[] hex = bytes.split(" ");
        int length = hex.length;
        byte[] data = new byte[length + 1];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) Integer.parseInt(hex[i], 16);
        }
        data[length] = 1; // the mask
        String header = "{\"__metadata__\":{\"prompts\":\"x\"}," + RawFiles.entry("states", dtype, "[1,1,2]", 0, length) + ","
                + RawFiles.entry("mask", "BOOL", "[1,1]", length, length + 1) + "}";
        try (TextStates text = TextStates.open(RawFiles.write(file, RawFiles.safetensors(header, data)))) {
            float[] into = new float[2];
            text.states(0, into, 0);
            assertArrayEquals(new float[] {1.5f, -0x1p-24f}, into);
            text.mask(0, into, 1);
            assertEquals(1, into[1]);
        }
    }

    /** More elements than an array holds. */
    @Test
    void rowFarBehind() throws IOException {
        int rows = 2_100;
        int width = 1 << 20;
        long states = 2L * rows * width;
        String header = "{" + RawFiles.entry("states", "F16", "[" + rows + ",1," + width + "]", 0, states) + ","
                + RawFiles.entry("mask", "U8", "[" + rows + ",1]", states, states + rows) + "}";
        byte[] head = RawFiles.safetensors(header, 0);
        Files.writeString(folder.resolve("prompts.txt"), "x\n".repeat(rows - 1) + "last");
        RawFiles.write(file, head);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(head.length + states + rows);
            sparse.seek(head.length + states - 2);
            sparse.write(new byte[] {0, 0x3e}); // 1.5
        }
        try (TextStates text = TextStates.open(file)) {
            float[] into = new float[width];
            text.states(text.row("last"), into, 0);
            assertEquals(0, into[width - 2]);
            assertEquals(1.5f, into[width - 1]);
            assertRefused(() -> text.mask(1, into, 0), "mask has no 1 in row 1");
        }
    }

    @Test
    void unknownPrompt() throws IOException {
        write(THREE);
        try (TextStates text = TextStates.open(file)) {
            assertMessage(assertThrows(IllegalArgumentException.class, () -> text.row("A cat")), "prompt is \"A cat\"", file,
                    "nearest prompts are \"a cat\", \"a dog\", \"\"", "compute");
            IllegalArgumentException hostile =
                    assertThrows(IllegalArgumentException.class, () -> text.row("x".repeat(1_000_000)));
            assertTrue(hostile.getMessage().length() < 1000, hostile.getMessage());
        }
    }

    @Test
    void promptsThatDoNotFit() throws IOException {
        writer(STATES, MASK).write(file);
        assertRefused(() -> TextStates.open(file), file, "has no prompts in its metadata", folder.resolve("prompts.txt"));
        write("a cat\na dog");
        assertRefused(() -> TextStates.open(file), folder.resolve("prompts.txt"), "has 2 prompts", "states of 3");
        write(THREE + "x");
        assertRefused(() -> TextStates.open(file), "prompts.txt has 4 prompts");
        Files.write(folder.resolve("prompts.txt"), "\u00e9\n\n\n".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(() -> TextStates.open(file), "prompts.txt line 1 is not in UTF-8");
        writer(STATES, MASK).metadata("prompts", "[\"a\", \"b\"]").write(file);
        assertRefused(() -> TextStates.open(file), file + ": metadata prompts has 2 prompts");
        writer(STATES, MASK).metadata("prompts", "[\"a\", \"b\", {}]").write(file);
        assertRefused(() -> TextStates.open(file), file + ": metadata prompts holds more than texts");
        writer(STATES, MASK).metadata("prompts", "[\"a\", \"b\"").write(file);
        assertRefused(() -> TextStates.open(file), file + ": metadata prompts is not valid JSON");
    }

    @Test
    void tensorsThatDoNotFit() throws IOException {
        Files.writeString(folder.resolve("prompts.txt"), THREE);
        new SafetensorsWriter().add("state", new int[] {3, 2, 2}, STATES).write(file);
        assertRefused(() -> TextStates.open(file), file, "no tensor states", "close names are state");
        new SafetensorsWriter().add("states", new int[] {3, 2, 2}, STATES).write(file);
        assertRefused(() -> TextStates.open(file), file, "no tensor mask");
        new SafetensorsWriter().add("states", new int[] {3, 2, 2}, STATES).add("mask", new int[] {2, 3}, MASK).write(file);
        assertRefused(() -> TextStates.open(file), "mask has shape [2, 3], must be [3, 2]");
        new SafetensorsWriter().add("states", new int[] {3, 4}, STATES).write(file);
        assertRefused(() -> TextStates.open(file), "states is F32 [3, 4], must be", "[prompts, tokens, width]");
        new SafetensorsWriter().add("states", new int[] {3, 0, 4}, new float[0]).write(file);
        assertRefused(() -> TextStates.open(file), "states is F32 [3, 0, 4], must be");
        new SafetensorsWriter().addLongs("states", new int[] {1, 1, 2}, new long[2]).write(file);
        assertRefused(() -> TextStates.open(file), "states is I64 [1, 1, 2], must be");
    }

    @Test
    void valuesThatCannotBe() throws IOException {
        float[] states = STATES.clone();
        states[7] = Float.POSITIVE_INFINITY;
        float[] mask = MASK.clone();
        mask[3] = 0.5f;
        mask[4] = 0;
        writer(states, mask).metadata("prompts", THREE).write(file);
        try (TextStates text = TextStates.open(file)) {
            text.states(0, new float[4], 0);
            assertRefused(() -> text.states(1, new float[4], 0), file, "states is Infinity at [1, 1, 1]", "BF16");
            assertRefused(() -> text.mask(1, new float[4], 0), file, "mask is 0.5 at [1, 1], must be 0 or 1");
            assertRefused(() -> text.mask(2, new float[4], 0), file, "mask has no 1 in row 2");
        }
    }

    @Test
    void closed() throws IOException {
        write(THREE);
        TextStates text = TextStates.open(file);
        text.close();
        assertThrows(IllegalStateException.class, () -> text.states(0, new float[4], 0));
    }
}
