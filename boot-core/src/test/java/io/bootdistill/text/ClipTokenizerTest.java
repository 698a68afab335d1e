package io.bootdistill.text;

import static io.bootdistill.text.TokenizerFolders.END;
import static io.bootdistill.text.TokenizerFolders.SMALL;
import static io.bootdistill.text.TokenizerFolders.START;
import static io.bootdistill.text.TokenizerFolders.token;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.Fixtures;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for any prompt, and what a folder says of special tokens. */
@Tag("fast")
class ClipTokenizerTest {

    private static final int LENGTH = 77;
    private static final int START_ID = 683;
    private static final int END_ID = 684;
    private static final String BOTH = START.toUpperCase() + "! " + END.toUpperCase();
    private static final String AS_WRITTEN = "{\"bos_token\": \"" + START + "\", \"eos_token\": \"" + END
            + "\", \"pad_token\": \"" + END + "\"}";

    @TempDir
    Path folder;

    @TempDir
    Path other;

    private static ClipTokenizer open(Path folder) {
        return ClipTokenizer.open(folder, LENGTH, SMALL);
    }

    private ClipTokenizer with(String name, String text) {
        return open(TokenizerFolders.write(TokenizerFolders.small(folder), name, text));
    }

    /** Texts of any characters, with special tokens, contractions and white space among them. */
    private static String prompt(Random random) {
        List<String> pieces =
                List.of(START, END, "'ll", "'S", "!", "  ", "\n", "\u3000", "the cat ", "12", "e\u0301", "Σ", "İ", "👍🏽");
        StringBuilder prompt = new StringBuilder();
        int count = random.nextInt(40);
        for (int i = 0; i < count; i++) {
            int character = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
            boolean surrogate = character <= Character.MAX_VALUE && Character.isSurrogate((char) character);
            prompt.append(surrogate || random.nextInt(3) == 0
                    ? pieces.get(random.nextInt(pieces.size()))
                    : Character.toString(character));
        }
        return prompt.toString();
    }

    @Test
    void idsLieInTheVocabularyAndAreFramed() {
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        assertEquals(LENGTH, tokenizer.length());
        Random random = new Random(1);
        int cut = 0;
        for (int i = 0; i < 2000; i++) {
            String prompt = prompt(random);
            PromptIds ids = tokenizer.ids(prompt);
            assertEquals(LENGTH, ids.ids().length);
            assertTrue(Arrays.stream(ids.ids()).allMatch(id -> id >= 0 && id < SMALL), prompt);
            assertEquals(START_ID, ids.ids()[0]);
            assertEquals(END_ID, ids.ids()[LENGTH - 1]);
            cut += ids.cut() ? 1 : 0;
        }
        assertTrue(cut > 200 && cut < 1800, "cut " + cut);
    }

    @Test
    void bothWaysOfReadingAgree() {
        ClipTokenizer files = open(TokenizerFolders.small(folder));
        ClipTokenizer pairs = open(TokenizerFolders.whole(other, true));
        Random random = new Random(2);
        for (int i = 0; i < 500; i++) {
            String prompt = prompt(random);
            assertArrayEquals(files.ids(prompt).ids(), pairs.ids(prompt).ids(), prompt);
        }
        ClipTokenizer lines = open(TokenizerFolders.whole(other, false));
        assertArrayEquals(files.ids("a photo of a cat").ids(), lines.ids("a photo of a cat").ids());
    }

    @Test
    void everyByteHasItsLetter() {
        assertEquals(256, IntStream.range(0, 256).mapToObj(Vocabulary::letter).distinct().count());
        assertEquals("!~¡¬®ÿĀĠŃ", "" + Vocabulary.letter('!') + Vocabulary.letter('~') + Vocabulary.letter(0xa1)
                + Vocabulary.letter(0xac) + Vocabulary.letter(0xae) + Vocabulary.letter(0xff) + Vocabulary.letter(0)
                + Vocabulary.letter(' ') + Vocabulary.letter(0xad));
    }

    /** The tokens of a prompt spell its words. */
    @Test
    void idsSpellTheWords() {
        Map<Integer, String> tokens = new HashMap<>();
        JsonObject vocabulary = JsonParser.parseString(TokenizerFolders.text(
                Fixtures.file(TokenizerFolders.FIXTURE + "vocab.json"))).getAsJsonObject();
        vocabulary.entrySet().forEach(entry -> tokens.put(entry.getValue().getAsInt(), entry.getKey()));
        Map<Character, Integer> bytes = new HashMap<>();
        IntStream.range(0, 256).forEach(value -> bytes.put(Vocabulary.letter(value), value));
        ClipTokenizer tokenizer = ClipTokenizer.open(TokenizerFolders.small(folder), 2000, SMALL);
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            String prompt = prompt(random).replace(START, "").replace(END, "");
            StringBuilder expected = new StringBuilder();
            Words words = new Words(Words.normalized(prompt));
            for (String word = words.next(); word != null; word = words.next()) {
                expected.append(word).append(' ');
            }
            int[] ids = tokenizer.ids(prompt).ids();
            StringBuilder spelt = new StringBuilder();
            for (int at = 1; ids[at] != END_ID; at++) {
                spelt.append(tokens.get(ids[at]).replace("</w>", " "));
            }
            ByteArrayOutputStream decoded = new ByteArrayOutputStream();
            spelt.chars().forEach(letter -> decoded.write(letter == ' ' ? ' ' : bytes.get((char) letter)));
            assertEquals(expected.toString(), decoded.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void longPromptIsCutBeforeTheEnd() {
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        int[] fits = tokenizer.ids("cat ".repeat(LENGTH - 2)).ids();
        assertFalse(tokenizer.ids("cat ".repeat(LENGTH - 2)).cut());
        assertTrue(tokenizer.ids("cat ".repeat(LENGTH - 1)).cut());
        assertArrayEquals(fits, tokenizer.ids("cat ".repeat(LENGTH - 1)).ids());
        assertFalse(tokenizer.ids("").cut());
    }

    /** The ids of the stock pipeline of the same folder. */
    @Test
    void folderOfStableDiffusion() {
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        requireIds(tokenizer, "an old lighthouse by the sea!", 538, 654, 640, 587, 513, 671, 256);
        requireIds(tokenizer, "a bad photo", 320, 65, 64, 323, 549);
    }

    private static void requireIds(ClipTokenizer tokenizer, String prompt, int... ids) {
        int[] found = tokenizer.ids(prompt).ids();
        assertArrayEquals(ids, Arrays.copyOfRange(found, 1, ids.length + 1), () -> prompt + ": " + Arrays.toString(found));
        assertEquals(END_ID, found[ids.length + 1]);
    }

    /** As text it is three words, and what follows does not belong to the last. */
    @Test
    void tokenAsWrittenIsTextInUpperCase() {
        int[] brackets = {27, 347, 91, 285};
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        int[] ids = tokenizer.ids(END.toUpperCase() + "!!").ids();
        assertArrayEquals(Arrays.copyOf(brackets, 2), Arrays.copyOfRange(ids, 1, 3));
        int end = IntStream.range(0, LENGTH).filter(i -> ids[i] == END_ID).findFirst().orElseThrow();
        assertArrayEquals(new int[] {91, 285, 0, 256}, Arrays.copyOfRange(ids, end - 4, end));
    }

    /** The start token is normalized; the end token is the padding token, too, which is named later and is not. */
    @Test
    void tokensOfStableDiffusion1() {
        ClipTokenizer tokenizer = with("special_tokens_map.json", "{\"bos_token\": " + token(START, true) + ", \"eos_token\": "
                + token(END, true) + ", \"pad_token\": \"" + END + "\", \"unk_token\": " + token(END, true) + "}");
        int[] ids = tokenizer.ids(BOTH).ids();
        assertArrayEquals(new int[] {START_ID, START_ID, 256, 27, 347}, Arrays.copyOf(ids, 5));
    }

    /** Both are normalized, and the padding token is the exclamation mark, also in a prompt. */
    @Test
    void tokensOfStableDiffusion2() {
        TokenizerFolders.write(folder, "tokenizer_config.json", "{\"pad_token\": \"" + END + "\", \"model_max_length\": 8}");
        ClipTokenizer tokenizer = with("special_tokens_map.json", "{\"bos_token\": " + token(START, true) + ", \"eos_token\": "
                + token(END, true) + ", \"pad_token\": \"!\", \"unk_token\": " + token(END, true) + "}");
        assertArrayEquals(new int[] {START_ID, START_ID, 0, END_ID, END_ID, 0, 0, 0}, tokenizer.ids(BOTH).ids());
    }

    /** Where the configuration lists the tokens, the other file has no say. */
    @Test
    void listOfTheConfigurationHoldsAlone() {
        TokenizerFolders.write(folder, "special_tokens_map.json", AS_WRITTEN);
        ClipTokenizer tokenizer = with("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656,"
                + "\"pad_token\": \"!\", \"tokenizer_class\": \"CLIPTokenizer\", \"added_tokens_decoder\": {\"684\": "
                + token(END, true) + ", \"0\": " + token("!", false) + ", \"683\": " + token(START, true) + "}}");
        assertEquals(LENGTH, tokenizer.length());
        int[] ids = tokenizer.ids(BOTH).ids();
        assertArrayEquals(new int[] {START_ID, START_ID, 0, END_ID, END_ID, 0}, Arrays.copyOf(ids, 6));
    }

    /** A word that was learnt later, in either case. */
    @Test
    void addedTokens() {
        TokenizerFolders.write(TokenizerFolders.small(folder), "added_tokens.json", "{\"<Cat-Toy>\": 685}");
        ClipTokenizer tokenizer = ClipTokenizer.open(folder, LENGTH, 686);
        assertArrayEquals(new int[] {START_ID, 320, 685, 685, END_ID},
                Arrays.copyOf(tokenizer.ids("a <cat-toy><CAT-TOY>").ids(), 5));
        TokenizerFolders.write(folder, "special_tokens_map.json", "{\"additional_special_tokens\": [\"<Cat-Toy>\"]}");
        int[] ids = ClipTokenizer.open(folder, LENGTH, 686).ids("<Cat-Toy><cat-toy>").ids();
        assertEquals(685, ids[1]);
        assertTrue(ids[2] != 685);
    }

    @Test
    void longestOfAddedTokens() {
        TokenizerFolders.write(
                TokenizerFolders.small(folder), "added_tokens.json", "{\"<x>s\": 686, \"<x>\": 685, \"<x>y\": 687}");
        assertArrayEquals(new int[] {START_ID, 686, 685, 687, END_ID},
                Arrays.copyOf(ClipTokenizer.open(folder, LENGTH, 688).ids("<x>s<x><x>y").ids(), 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "a", "ab ", "!", "<|endoftext|>", "<|endoftext|", "cat", "e\u0301\u0323", "\u1100\u1161\u11a8", " ", "1", "<|<|<|"
    })
    void longPromptsTakeLittleTime(String piece) {
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        String prompt = piece.repeat(1_000_000 / piece.length());
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> assertEquals(!piece.equals(" "), tokenizer.ids(prompt).cut()));
    }

    @Test
    void whatIsNoTextIsRefused() {
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> tokenizer.ids("cat \ud83d cat")).getMessage()
                .contains("prompt has half a surrogate pair at index 4"));
        String marks = "\u0301\u0323".repeat(500);
        tokenizer.ids("e" + marks + "e" + marks);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> tokenizer.ids("e" + marks + "\u0301")).getMessage()
                .contains("more than 1000 combining marks"));
    }

    @Test
    void isForManyThreads() {
        ClipTokenizer tokenizer = open(TokenizerFolders.small(folder));
        List<String> prompts = IntStream.range(0, 400).mapToObj(seed -> prompt(new Random(seed))).toList();
        List<int[]> alone = prompts.stream().map(prompt -> tokenizer.ids(prompt).ids()).toList();
        List<int[]> together = prompts.parallelStream().map(prompt -> tokenizer.ids(prompt).ids()).toList();
        IntStream.range(0, alone.size()).forEach(i -> assertArrayEquals(alone.get(i), together.get(i)));
    }
}
