package io.bootdistill.text;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts of lines, of columns and of keys. */
@Tag("fast")
class PromptFileTest {

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private List<String> read(String name, String content) throws IOException {
        return PromptFile.read(file(name, content), null);
    }

    private void assertBad(String name, String column, String content, Object... words) throws IOException {
        Path file = file(name, content);
        assertRefused(() -> PromptFile.read(file, column), words);
        assertRefused(() -> PromptFile.read(file, column), file);
    }

    /** A mark of the byte order is none of the first prompt's characters. */
    @ParameterizedTest
    @ValueSource(strings = {
        "a cat\nä dog, \"big\"\n", "a cat\r\n\r\n  \r\n\tä dog, \"big\" \r\n", "\uFEFFa cat\nä dog, \"big\""
    })
    void aPromptInEachLine(String content) throws IOException {
        assertEquals(List.of("a cat", "ä dog, \"big\""), read("prompts.txt", content));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void quotedValuesHoldSeparatorsMarksAndBreaks(String end) throws IOException {
        String csv = String.join(end,
                "id,prompt", "1,a cat", "2,\"a dog, big\"", "3,\"a \"\"red\"\"", "fox\"", "", "4,", "\"5\",\"\"", "6,5\" nail",
                "7,last");
        assertEquals(List.of("a cat", "a dog, big", "a \"red\"" + end + "fox", "5\" nail", "last"), read("p.csv", csv));
        assertEquals(List.of("a cat", "last"), read("p.CSV", "\uFEFFprompt,id" + end + "a cat,1" + end + "\"last\",2" + end));
    }

    @Test
    void tabsSeparateToo() throws IOException {
        assertEquals(List.of("a cat, a dog", "a\tfox"), read("p.tsv", "id\ttext\n1\ta cat, a dog\n2\t\"a\tfox\"\n"));
    }

    @Test
    void valuesOfAKey() throws IOException {
        assertEquals(List.of("a \"cat\"\nor ä", "a dog"),
                read("p.jsonl", "\uFEFF{\"id\": 1, \"prompt\": \"a \\\"cat\\\"\\nor \\u00e4\"}\n\n{\"prompt\":\"a dog\"}\r\n"));
        assertEquals(List.of("a fox"), read("p.ndjson", "{\"caption\": \"a fox\"}"));
    }

    @Test
    void columnThatIsAskedFor() throws IOException {
        Path table = file("p.csv", "text,caption,prompt,Style\nt,c,p,s\n");
        assertEquals(List.of("p"), PromptFile.read(table, null));
        assertEquals(List.of("c"), PromptFile.read(table, "caption"));
        assertEquals(List.of("s"), PromptFile.read(table, "Style"));
        assertEquals(List.of("s"), PromptFile.read(file("p.jsonl", "{\"prompt\": \"p\", \"Style\": \"s\"}"), "Style"));
        assertBad("q.csv", "style", "text,Style\nt,s\n", "line 1 has no column style", "Style", "name one of them");
        assertBad("q.csv", null, "id,prompts\n1,s\n", "line 1 has no column prompt, caption, text; it has prompts, id");
        assertBad("q.jsonl", "style", "{\"style\": \"a\"}\n{\"stile\": \"a\"}\n", "line 2 has no column style; it has stile");
        assertBad("q.jsonl", null, "{}", "line 1 has no column", "it has none");
        assertBad("q.txt", "prompt", "a cat\n", "has no columns, but column prompt", "leave it out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p.txt", "p.csv", "p.tsv", "p.jsonl"})
    void nothingInIt(String name) throws IOException {
        assertBad(name, null, "", "no prompt in 0 lines", "write one into each line");
        String blank = name.matches(".*[ct]sv") ? "prompt\n\n\"\"\n" : "\n \n\t\n";
        assertBad("blank-" + name, null, blank, "no prompt in 3 lines");
        Path missing = folder.resolve("missing");
        assertRefused(() -> PromptFile.read(missing, null), missing, "no such file");
        assertRefused(() -> PromptFile.read(folder, null), folder, "is a folder; give a file in it");
    }

    @Test
    void rowsThatDoNotFit() throws IOException {
        assertBad("p.csv", null, "id,prompt\n1,a\n2,b,c\n",
                "line 3 has 3 columns, the first line has 2", "between quotation marks");
        assertBad("p.csv", null, "id,prompt\n1,a\n2,\"b\n3,c\n", "line 3", "closing quotation mark is missing", "add it");
        assertBad("p.csv", null, "prompt\na\n\"" + "b\n".repeat(1 << 16), "line 3", "closing quotation mark is missing");
        assertBad("p.jsonl", null, "{\"prompt\": \"a\"}\n{\"prompt\": \n", "line 2 is not valid JSON");
        assertBad("p.jsonl", null, "{\"prompt\": \"a\"}\n[1]\n", "line 2 does not hold a JSON object");
        assertBad("p.jsonl", null, "{\"prompt\": [\"a\"]}\n", "line 1: prompt is [\"a\"], must be a text");
        assertBad("p.jsonl", null, "{\"prompt\": null}\n", "line 1: prompt is null, must be a text");
    }

    /** Of the line that is to be looked at. */
    @Test
    void otherEncodings() throws IOException {
        Path file = folder.resolve("p.txt");
        Files.write(file, ("a cat\n".repeat(5_000) + "ein H\u00fcndchen\na fox\n").getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(() -> PromptFile.read(file, null), file + " line 5001 is not in UTF-8", "save it as UTF-8");
        Files.write(file, "a cat\n".getBytes(StandardCharsets.UTF_16));
        assertRefused(() -> PromptFile.read(file, null), file + " line 1 is not in UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p.txt", "p.csv", "p.jsonl"})
    void linesAreLimited(String name) throws IOException {
        String longest = name.endsWith("jsonl") ? "{\"prompt\": \"" + "x".repeat(65_522) + "\"}" : "x".repeat(65_536);
        String start = name.endsWith("csv") ? "prompt\n" : "";
        assertEquals(1, read(name, start + longest + "\n").size());
        for (int length : new int[] {65_537, 1_000_000}) {
            assertBad(name, null, start + longest + "\n" + "x".repeat(length),
                    "line " + (start.isEmpty() ? 2 : 3) + " is longer than 65536 bytes", "a prompt in each line");
        }
    }

    /** The first too many ends it: the rest is never read. */
    @Test
    void promptsAreLimited() throws IOException {
        String most = "x\n\n".repeat(PromptFile.MOST);
        assertEquals(PromptFile.MOST, read("p.txt", most).size());
        assertBad("p.txt", null, most + "y\n".repeat(900_000),
                "line " + (2 * PromptFile.MOST + 1) + ": the file holds more than " + PromptFile.MOST + " prompts", "give a part");
    }
}
