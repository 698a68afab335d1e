package io.bootdistill.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("fast")
class JsonTest {

    @TempDir
    Path folder;

    private static void refused(String json, String message) {
        assertEquals(message, assertThrows(ModelFormatException.class, () -> Json.parse(json, "mine")).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\": 1, | mine is not valid JSON: it ends too early (a); correct it, or copy it again",
        "{\"a\": {\"b\": tru}} | mine is not valid JSON at line 1, column 13 (a.b); correct it, or copy it again",
        "{'a': 1} | mine is not valid JSON at line 1, column 3; correct it, or copy it again",
        "{} {} | mine is not valid JSON at line 1, column 5; correct it, or copy it again",
        "{\"a\": Inf} | mine is not valid JSON at line 1, column 7 (a); correct it, or copy it again",
        "7 | mine does not hold a JSON object; correct it, or copy it again",
        "{\"a\": {\"b\": 1, \"b\": 2}} | mine has two entries named b; remove one",
    })
    void mistakesAreSaidInOurWords(String json, String message) {
        refused(json, message);
    }

    @Test
    void depthIsBounded() {
        String message = assertThrows(ModelFormatException.class,
                () -> Json.parse("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", "mine")).getMessage();
        assertTrue(message.startsWith("mine is not valid JSON at line 1, column") && message.length() < 300, message);
    }

    @Test
    void valuesAndDigitsAreBounded() {
        refused("{\"a\": {\"b\": " + "9".repeat(401) + "}}", "mine: a.b is a number of 401 characters, must be one of at most 400");
        assertEquals(Double.parseDouble("7".repeat(300)), Json.parse("{\"a\": " + "7".repeat(300) + "}",
                "mine").get("a").getAsDouble());
        refused("{\"a\": [" + "0,".repeat(1_000_000) + "0]}", "mine holds more than 1000000 values, which none of a model's does");
    }

    @Test
    void numbersOfPython() throws IOException {
        String text = "{\"a\": Infinity, \"b\": [-Infinity, NaN], \"Infinity\": \"\\\"NaN\\\" Infinity\", \"c\": \"\\u0000x\"}";
        JsonObject json = Json.parse(text, "mine");
        assertEquals(Double.POSITIVE_INFINITY, json.get("a").getAsDouble());
        assertEquals(Double.NEGATIVE_INFINITY, json.getAsJsonArray("b").get(0).getAsDouble());
        assertTrue(Double.isNaN(json.getAsJsonArray("b").get(1).getAsDouble()));
        assertEquals("\"NaN\" Infinity", json.get("Infinity").getAsString());
        assertEquals("\0x", json.get("c").getAsString());
        Path file = folder.resolve("a.json");
        Json.write(file, json);
        assertTrue(Files.readString(file).contains("\"a\": Infinity,"), "written as Python writes it");
        assertEquals(Json.text(json), Json.text(Json.read(file)));
    }

    @Test
    void otherFilesAreSaidToBeWhatTheyAre() throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 700\n");
        assertEquals(file + " is a pointer of Git LFS, not the file that it stands for; run \"git lfs pull\" where it was cloned",
                assertThrows(ModelFormatException.class, () -> Json.read(file)).getMessage());
        Files.write(file, new byte[] {'P', 'K', 3, 4, (byte) 0xff});
        assertTrue(assertThrows(ModelFormatException.class, () -> Json.read(file)).getMessage()
                .startsWith(file + " is a pickle or another zip"));
    }
}
