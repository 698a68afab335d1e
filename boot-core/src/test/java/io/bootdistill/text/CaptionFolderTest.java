package io.bootdistill.text;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captions and the pictures that they belong to; what lacks the other is refused by file, line and way out. */
@Tag("fast")
class CaptionFolderTest {

    private static final String FOX = "{\"file_name\": \"a/fox.png\", \"text\": \" a red fox \", \"style\": 3}\n";

    @TempDir
    Path folder;

    private Path picture(String name) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        return Files.writeString(folder.resolve(name), "not read here");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void metadataNamesPictures() throws IOException {
        picture("a/fox.png");
        picture("owl.JPG");
        picture("._owl.jpg");
        write("fox.txt", "not looked at");
        Path metadata = write("metadata.jsonl",
                "\uFEFF" + FOX + "\r\n{\"file_name\":\"./owl.JPG\",\"text\":\"eule \u00fc\"}\r\n" + FOX.strip());
        assertEquals(List.of(
                new CaptionFolder.Entry(folder.resolve("a/fox.png"), "a red fox", metadata + " line 1"),
                new CaptionFolder.Entry(folder.resolve("owl.JPG"), "eule \u00fc", metadata + " line 3"),
                new CaptionFolder.Entry(folder.resolve("a/fox.png"), "a red fox", metadata + " line 4")),
                CaptionFolder.read(folder).entries());
    }

    @Test
    void textsLieBesidePictures() throws IOException {
        picture("b/fox.jpeg");
        picture("owl.2.png");
        Path owl = write("owl.2.txt", "an owl\n");
        Path fox = write("b/fox.txt", "\uFEFFa red fox");
        write("LICENSE", "no caption");
        assertEquals(List.of(
                new CaptionFolder.Entry(folder.resolve("b/fox.jpeg"), "a red fox", fox.toString()),
                new CaptionFolder.Entry(folder.resolve("owl.2.png"), "an owl", owl.toString())),
                CaptionFolder.read(folder).entries());
    }

    @Test
    void whatIsLeftOutIsCounted() throws IOException {
        picture("a/fox.png");
        picture("._fox.png");
        picture("@eaDir/fox.png");
        picture("a/owl.webp");
        write("a/fox.txt", "a fox");
        write("LICENSE", "no caption");
        String hidden = "2 hidden files or folders (first: ";
        List<String> lines = CaptionFolder.read(folder).leftOut();
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).startsWith(hidden), lines.get(0));
        assertTrue(lines.get(1).startsWith("2 files that are no PNG or JPEG (first: "), lines.get(1));
        write("metadata.jsonl", FOX);
        lines = CaptionFolder.read(folder).leftOut(); // now the text beside it is not read, either
        assertTrue(lines.get(1).startsWith("3 files that are no PNG or JPEG (first: "), lines.get(1));
        assertEquals(List.of(folder.resolve("a/fox.png")),
                CaptionFolder.read(folder).entries().stream().map(CaptionFolder.Entry::picture).toList());
    }

    @Test
    void captionsWithoutPictures() throws IOException {
        Path fox = picture("a/fox.png");
        write("metadata.jsonl", FOX + "\n" + FOX.replace("fox.png", "wolf.png"));
        assertRefused(() -> CaptionFolder.read(folder), "metadata.jsonl line 3", "no picture", "a/wolf.png", "take the line out");
        write("metadata.jsonl", FOX + FOX.replace("a/fox.png", "../fox.png"));
        assertRefused(() -> CaptionFolder.read(folder),
                "metadata.jsonl line 2", "file_name is ../fox.png", "must lie in the folder");
        write("metadata.jsonl", FOX.replace("a/fox.png", fox.toAbsolutePath().toString()));
        assertRefused(() -> CaptionFolder.read(folder), "metadata.jsonl line 1", "must lie in the folder");
        Files.delete(folder.resolve("metadata.jsonl"));
        write("a/fox.txt", "a red fox");
        write("a/wolf.txt", "a wolf");
        assertRefused(() -> CaptionFolder.read(folder), "a/wolf.txt", "without a picture", "take the file out");
    }

    @Test
    void picturesWithoutCaptions() throws IOException {
        picture("a/fox.png");
        picture("owl.png");
        write("metadata.jsonl", FOX);
        assertRefused(() -> CaptionFolder.read(folder),
                folder.resolve("owl.png") + " has no caption", "no line in", "add one with its");
        write("metadata.jsonl", FOX + FOX.replace("a/fox", "owl").replace(" a red fox ", "\\t"));
        assertRefused(() -> CaptionFolder.read(folder), "metadata.jsonl line 2", "text is", "must be the caption");
        write("metadata.jsonl", FOX.replace("text", "title"));
        assertRefused(() -> CaptionFolder.read(folder), "metadata.jsonl line 1", "text is missing");
        Files.delete(folder.resolve("metadata.jsonl"));
        write("owl.txt", "an owl");
        assertRefused(() -> CaptionFolder.read(folder), "fox.png has no caption", "no .txt file beside it", "metadata.jsonl");
        Files.delete(folder.resolve("owl.txt"));
        assertRefused(() -> CaptionFolder.read(folder), "fox.png and 1 more have no caption", "beside them");
        write("a/fox.txt", "a red fox");
        write("owl.txt", " \n");
        assertRefused(() -> CaptionFolder.read(folder), "owl.txt holds no caption", "write one");
    }

    @Test
    void damagedFilesAreRefusedByTheirLines() throws IOException {
        picture("a/fox.png");
        write("metadata.jsonl", FOX + "\n{\"file_name\": \"a/fox.png\", \"text\"");
        assertRefused(() -> CaptionFolder.read(folder), "metadata.jsonl line 3", "not valid JSON");
        Files.write(folder.resolve("metadata.jsonl"), (FOX + FOX.replace("red", "\u00fc")).getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(() -> CaptionFolder.read(folder), "metadata.jsonl line 2", "not in UTF-8");
        write("metadata.jsonl", FOX.replace("\"a/fox.png\"", "5"));
        assertRefused(() -> CaptionFolder.read(folder), "line 1", "file_name is 5", "must be the name of the picture's file");
        Path file = picture("file.png");
        assertRefused(() -> CaptionFolder.read(file), "is a file");
        assertRefused(() -> CaptionFolder.read(folder.resolve("none")), "none does not exist");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertRefused(() -> CaptionFolder.read(empty), "empty holds no pictures with captions", "metadata.jsonl");
        Files.createFile(empty.resolve("metadata.jsonl"));
        assertRefused(() -> CaptionFolder.read(empty), "empty holds no pictures with captions");
    }
}
