package io.bootdistill.examples.extractor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EmojiWordsTest {

    private static final EmojiWords WORDS = new EmojiWords(
            List.of("apple", "red apple", "snowman on skis"), List.of("fluent", "noto"), List.of("blue", "red"));

    private static int[] classes(String prompt) {
        int[][] classes = WORDS.classes(List.of("apple", prompt));
        return new int[] {classes[0][1], classes[1][1], classes[2][1]};
    }

    @Test
    void promptsAreConceptsThatMayHaveStyleAndGround() {
        assertArrayEquals(new int[] {1, 0, 0}, classes("fluent red apple on blue"));
        assertArrayEquals(new int[] {0, 1, 1}, classes("noto apple on red"));
        assertArrayEquals(new int[] {1, -1, 0}, classes("red apple on blue"));
        assertArrayEquals(new int[] {1, 1, -1}, classes("noto red apple"));
        assertArrayEquals(new int[] {0, -1, -1}, classes("apple"));
        assertArrayEquals(new int[] {2, 1, 1}, classes("noto snowman on skis on red"));
    }

    @Test
    void unknownWordsAreRefused() {
        refused("fluent aple on blue", "\"aple\" is no concept", "close ones are apple");
        refused("apple on bluu", "\"bluu\" is no ground", "close ones are blue");
        refused("twemoji apple on red", "\"twemoji apple\" is no concept");
        refused("fluent", "\"fluent\" is no concept");
        refused("", "\"\" is no concept");
    }

    private static void refused(String prompt, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, () -> classes(prompt)).getMessage();
        assertTrue(message.contains("prompt \"" + prompt + "\""), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void filesHaveThemAsMetadata() {
        assertEquals(WORDS, EmojiWords.of(WORDS.metadata(), Path.of("a")));
        Map<String, String> other = Map.of("concepts", "apple", "styles", "noto");
        String message = assertThrows(ModelFormatException.class, () -> EmojiWords.of(other, Path.of("some/file"))).getMessage();
        assertTrue(message.contains("some/file") && message.contains("has no grounds")
                && message.contains("extractors/emoji-64"), message);
    }
}
