package io.bootdistill.internal.diffusers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.Json;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class ClassNamesTest {

    private static ClassNames names(String id2label) {
        return new ClassNames(Json.parse("{\"id2label\": " + id2label + "}", "the index"), "the index");
    }

    /** Some of ImageNet's, two of which are named alike, and one of which is named as a part of another. */
    private static final ClassNames SOME = names("""
            {"0": "tench, Tinca tinca", "2": "great white shark, white shark, man-eater, Carcharodon carcharias",
             "134": "crane", "517": "crane", "207": "golden retriever", "638": "maillot", "639": "maillot, tank suit",
             "264": "Cardigan, Cardigan Welsh corgi", "474": "cardigan", "999": "toilet tissue, , bathroom tissue"}""");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "tench                  | 0",
        "Tinca tinca            | 0",
        "tench, Tinca tinca     | 0",
        "TINCA TINCA            | 0",
        "' white shark '        | 2",
        "carcharodon carcharias | 2",
        "Golden Retriever       | 207",
        "maillot, tank suit     | 639",
        "Tank suit              | 639",
        "Cardigan Welsh corgi   | 264",
        "bathroom tissue        | 999",
    })
    void eachNameIsKnown(String name, int number) {
        assertEquals(number, SOME.number(name));
        assertFalse(SOME.isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GOLDEN RETREIVER | class is \"GOLDEN RETREIVER\", which no class is named; close names are golden retriever,",
        "tensch           | class is \"tensch\", which no class is named; close names are tench,",
        "207              | class is \"207\", which no class is named",
        "''               | class is \"\", which no class is named",
        "Crane            | class is \"Crane\", which several are named; give the number of one: 134 (crane), 517 (crane)",
        "maillot          | class is \"maillot\", which several are named; give the number of one: 638 (maillot), "
                + "639 (maillot, tank suit)",
        "cardigan         | 264 (Cardigan, Cardigan Welsh corgi), 474 (cardigan)",
    })
    void otherNamesAreRefused(String name, String words) {
        String message = assertThrows(IllegalArgumentException.class, () -> SOME.number(name)).getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void modelsNeedNotNameTheirClasses() {
        ClassNames absent = new ClassNames(Json.parse("{}", "the index"), "the index");
        for (ClassNames none : List.of(absent, names("null"), names("{}"))) {
            assertTrue(none.isEmpty());
            String message = assertThrows(IllegalArgumentException.class, () -> none.number("tench")).getMessage();
            assertEquals("class is \"tench\", but this model's classes have no names; give a number", message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[\"tench\"]", "\"tench\"", "{\"first\": \"tench\"}", "{\"-1\": \"tench\"}", "{\"2147483648\": \"tench\"}", "{\"0\": 3}",
        "{\"0\": null}", "{\"0\": [\"tench\", \"Tinca tinca\"]}"
    })
    void anythingButNumbersAndLabelsIsRefused(String id2label) {
        String message = assertThrows(ModelFormatException.class, () -> names(id2label)).getMessage();
        assertTrue(message.startsWith("the index: id2label "), message);
    }
}
