package io.bootdistill.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words end where CLIP's expression ends them. */
@Tag("fast")
class WordsTest {

    private static List<String> words(String text) {
        List<String> found = new ArrayList<>();
        Words words = new Words(text);
        for (String word = words.next(); word != null; word = words.next()) {
            found.add(word);
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', value = {
        "a photo; a|photo",
        "it's we'll 'start; it|'s|we|'ll|'s|tart",
        "they're don't I've I'm he'd l'x; they|'re|don|'t|I|'ve|I|'m|he|'d|l|'|x",
        "!'s ''s; !'|s|''|s",
        "4k 12½; 4|k|1|2|½",
        "a-b_c...!; a|-|b|_|c|...!",
        "日本語 x\u0301; 日本語|x|\u0301",
        "𝒜𝒷1𝟏; 𝒜𝒷|1|𝟏",
    })
    void kinds(String text, String expected) {
        assertEquals(List.of(expected.split("\\|")), words(text));
    }

    @Test
    void namesOfTokensAreThreeWords() {
        assertEquals(List.of("<|", "startoftext", "|>", "!!", "<|", "endoftext", "|>", "x"),
                words("<|startoftext|>!! <|endoftext|>x"));
        assertEquals(List.of("!<|", "endoftext", "|>!"), words("!<|endoftext|>!"));
    }

    @Test
    void normalized() {
        assertEquals("i\u0307 σσ é \u01c6 k å x y ", Words.normalized("İ ΣΣ e\u0301\u00a0\u2003ǅ K Å\t\r\nX\u0085y\u3000"));
        assertEquals("\u001c\u180e", Words.normalized("\u001c\u180e"));
        assertEquals("", Words.normalized(""));
    }
}
