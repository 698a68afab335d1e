package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmojiPicturesTest {

    private static final int SIZE = 3 * 64 * 64;

    @TempDir
    private Path folder;

    /** Ten pictures of each concept in turn: the last two of each are numbers 16 … 19. */
    @Test
    void lastFifthOfEachConceptIsTheTestPart() throws IOException {
        EmojiScenes.write(folder, 20, 1);
        EmojiPictures pictures = EmojiPictures.read(folder);
        assertEquals(new EmojiWords(EmojiScenes.CONCEPTS, EmojiScenes.STYLES, EmojiScenes.GROUNDS), pictures.words());
        float[] all = pictures.all();
        assertEquals(20 * SIZE, all.length);
        LabelledPictures training = pictures.training();
        LabelledPictures test = pictures.test();
        assertArrayEquals(Arrays.copyOf(all, 16 * SIZE), training.images());
        assertArrayEquals(Arrays.copyOfRange(all, 16 * SIZE, 20 * SIZE), test.images());
        int[][] classes = pictures.words().classes(pictures.captions());
        for (int question = 0; question < 3; question++) {
            assertArrayEquals(Arrays.copyOf(classes[question], 16), training.classes()[question]);
            assertArrayEquals(Arrays.copyOfRange(classes[question], 16, 20), test.classes()[question]);
        }
        assertArrayEquals(new int[] {0, 1, 0, 1}, test.classes()[0]);
    }

    @Test
    void pixelsAreBetweenMinusOneAndOne() throws IOException {
        EmojiScenes.write(folder, 20, 1);
        EmojiPictures pictures = EmojiPictures.read(folder);
        float[] all = pictures.all();
        for (int i = 0; i < 20; i++) {
            float blue = pictures.captions().get(i).endsWith("blue") ? 1 : -1;
            assertEquals(-1, all[i * SIZE], "red of the first pixel");
            assertEquals(blue, all[i * SIZE + 2 * 64 * 64], "blue of the first pixel");
        }
    }

    @Test
    void linesThatAreNotAsTheyShouldBeAreRefused() throws IOException {
        Path file = folder.resolve("metadata.jsonl");
        String good = EmojiScenes.line("a.png", "disc", "empty", "blue");
        refused(file + " is missing", "give a folder of captioned pictures");
        Files.writeString(file, "");
        refused(file + " is empty");
        Files.write(file, List.of(good, "{\"file_name\": \"a.png\", \"concept\": \"disc\", \"style\": \"empty\"}"));
        refused(file + " line 2", "ground is missing");
        Files.write(file, List.of(good, good, "disc"));
        refused(file + " line 3");
        Files.write(file, List.of(good));
        ModelFormatException missing =
                assertThrows(ModelFormatException.class, () -> EmojiPictures.read(folder).all());
        assertTrue(missing.getMessage().contains(folder.resolve("a.png").toString()), missing.getMessage());
    }

    private void refused(String... parts) {
        String message = assertThrows(ModelFormatException.class, () -> EmojiPictures.read(folder)).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
