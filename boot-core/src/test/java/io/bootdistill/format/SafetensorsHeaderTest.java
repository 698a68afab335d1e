package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static io.bootdistill.format.RawFiles.entry;
import static io.bootdistill.format.RawFiles.safetensors;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that lie, one for each check. */
@Tag("fast")
class SafetensorsHeaderTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("weights.safetensors");
    }

    private void refused(byte[] bytes, Object... words) {
        RawFiles.write(file, bytes);
        ModelFormatException refusal = assertRefused(() -> SafetensorsFile.open(file), words);
        RawFiles.assertMessage(refusal, file);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void shorterThanTheLengthField(int length) {
        refused(new byte[length], length + " bytes", "too short", "copy or export it again");
    }

    @ParameterizedTest
    @CsvSource({"100000001,100000001", "-1,18446744073709551615", "9223372036854775807,9223372036854775807"})
    void headerLengthBeyondTheLimit(long length, String shown) {
        refused(ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array(), shown, "33554432");
    }

    @Test
    void headerLengthBeyondTheFile() {
        refused(ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(9).array(), "9 bytes", "only 8 follow");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = safetensors("{" + entry("a", "F32", "[2]", 0, 8) + "," + entry("b", "U8", "[3]", 8, 11) + "}", 11);
        RawFiles.write(file, whole);
        SafetensorsFile.open(file).close();
        for (int length = 0; length < whole.length; length++) {
            RawFiles.write(file, Arrays.copyOf(whole, length));
            assertThrows(ModelFormatException.class, () -> SafetensorsFile.open(file), "cut to " + length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", " {}", "{", "{}}", "{} x", "{\"a\"}", "{'a':1}", "{\"a\":}", "{a:1}", "{\"a\":NaN}",
            "\u0000"})
    void noJsonObject(String header) {
        refused(safetensors(header, 0), "header");
    }

    @Test
    void malformedUtf8() {
        byte[] bytes = safetensors("{\"__metadata__\":{\"k\":\"XX\"}}", 0);
        for (int i = 8; i < bytes.length; i++) {
            if (bytes[i] == 'X') {
                bytes[i] = (byte) 0xff;
            }
        }
        refused(bytes, "not valid JSON");
    }

    @Test
    void deepNesting() {
        refused(safetensors("{\"a\":{\"x\":" + "[".repeat(100_000), 0), "not valid JSON");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"a\":1}                                                                   | tensor a is a number, must be an object",
        "{\"a\":null}                                                                | tensor a is null",
        "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}                              | tensor a lacks dtype",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}                          | tensor a lacks shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}                                   | tensor a lacks data_offsets",
        "{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}                  | tensor a dtype is a number",
        "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}        | tensor a has dtype F8_E4M3",
        "{\"a\":{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}            | tensor a has dtype f32",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}              | tensor a shape is a number, must be a list",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}        | tensor a shape is a text",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}           | tensor a shape holds -1",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}          | tensor a shape holds 1.0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483648,0],\"data_offsets\":[0,0]}} | tensor a shape holds 2147483648",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,4],\"data_offsets\":[0,4]}} | overflows",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}              | data_offsets that are not [begin, end]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}            | data_offsets that are not [begin, end]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}           | data_offsets holds -4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,18446744073709551620]}} | holds 18446744073709551620",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}            | 8 bytes, but data_offsets of 4",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}            | 8 bytes, but data_offsets of 4",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | tensor a has two entries dtype",
        "{\"__metadata__\":{\"k\":1}}                                                | __metadata__ k is a number, must be a text",
        "{\"__metadata__\":[]}                                                       | __metadata__ is a list",
        "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}                                | metadata has two entries named k",
        "{\"__metadata__\":{},\"__metadata__\":{}}                                   | two entries named __metadata__",
    })
    void entryThatLies(String header, String message) {
        refused(safetensors(header, 4), message);
    }

    @Test
    void repeatedName() {
        refused(safetensors("{" + entry("a", "F32", "[1]", 0, 4) + "," + entry("a", "F32", "[1]", 4, 8) + "}", 8),
                "two entries named a");
    }

    @Test
    void overlap() {
        refused(safetensors("{" + entry("b", "F32", "[1]", 2, 6) + "," + entry("a", "F32", "[1]", 0, 4) + "}", 6),
                "tensor b overlaps tensor a");
    }

    @Test
    void hole() {
        refused(safetensors("{" + entry("a", "F32", "[1]", 0, 4) + "," + entry("b", "F32", "[1]", 8, 12) + "}", 12),
                "hole of 4 bytes between tensor a and tensor b");
        refused(safetensors("{" + entry("a", "F32", "[1]", 4, 8) + "}", 8), "hole of 4 bytes between the header and tensor a");
    }

    @Test
    void outOfRange() {
        refused(safetensors("{" + entry("a", "F32", "[2]", 0, 8) + "}", 7), "tensor a ends at byte 8", "7 bytes long");
    }

    @Test
    void trailingBytes() {
        refused(safetensors("{" + entry("a", "F32", "[1]", 0, 4) + "}", 9), "5 bytes follow after tensor a");
        refused(safetensors("{}", 1), "1 bytes follow after the header");
    }

    @Test
    void noRegularFile() {
        assertRefused(() -> SafetensorsFile.open(folder), folder, "is a folder");
        assertRefused(() -> SafetensorsFile.open(file), file, "no such file");
    }

    @Test
    void whatTheFormatAllows() {
        String header = "{\"__metadata__\":{\"k\":\"v\"}," + entry("b", "F32", "[]", 4, 8) + "," + entry("empty", "I64", "[3,0]", 4,
                4)
                + ",\"a\":{\"dtype\":\"I8\",\"future\":[1,{}],\"shape\":[2,2],\"data_offsets\":[0,4]}}   \n";
        RawFiles.write(file, safetensors(header, 8));
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertEquals(Map.of("k", "v"), read.metadata());
            assertEquals(List.of("a", "empty", "b"), List.copyOf(read.names()));
            assertEquals(List.of(0, 2, 2), List.of(read.shape("b").length, read.shape("a").length, read.shape("empty").length));
            assertEquals(0, read.floats("empty").length);
        }
    }

    /** Whatever is done to a file, it loads or is refused: nothing else is thrown, and nothing hangs. */
    @Test
    void randomMutations() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        writer.add("conv.weight", new int[] {2, 3}, new float[6]).add("conv.bias", new int[] {2}, new float[2]);
        writer.addLongs("labels", new int[] {2}, new long[] {1, 2}).write(file);
        byte[] valid = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(7);
        int loaded = 0;
        int rounds = 2_000;
        for (int round = 0; round < rounds; round++) {
            byte[] mutated = valid.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length + 16));
            }
            RawFiles.write(file, mutated);
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                read.names().forEach(read::floats);
                read.names().forEach(read::doubles);
                loaded++;
            } catch (ModelFormatException e) {
                RawFiles.assertMessage(e, file);
            }
        }
        assertTrue(loaded > rounds / 20 && loaded < rounds / 2, loaded + " loaded: both outcomes must be exercised");
    }
}
