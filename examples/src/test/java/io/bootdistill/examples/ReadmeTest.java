package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import io.bootdistill.Student;
import io.bootdistill.TinyTeacher;
import io.bootdistill.config.DistillationConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of the README is that of the example programs, and they work. */
final class ReadmeTest {

    private static final Path ROOT = BundledTeacher.folder().getParent().getParent();
    private static final Path SOURCES = ROOT.resolve("examples/src/main/java/io/bootdistill/examples");

    @TempDir
    private Path folder;

    private static String unspaced(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    @Test
    void blocksAreParts() throws IOException {
        String programs = unspaced(Files.readString(SOURCES.resolve("FiveLines.java")))
                + unspaced(Files.readString(SOURCES.resolve("OwnTeacher.java")))
                + unspaced(Files.readString(SOURCES.resolve("DrawPictures.java")))
                + unspaced(Files.readString(SOURCES.resolve("DrawCascade.java")));
        List<String> blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
        assertEquals(5, blocks.size());
        for (String block : blocks) {
            assertTrue(programs.contains(unspaced(block)), block);
        }
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        Pattern.compile("\\]\\(([^)#]+)\\)").matcher(Files.readString(ROOT.resolve("README.md"))).results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("http"))
                .forEach(link -> assertTrue(Files.exists(ROOT.resolve(link)), link));
    }

    @Test
    void fiveLines() throws IOException {
        Path teacher = folder.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        DistillationConfig config = DistillationConfig.builder().batch(4).images(8).heldOut(0).build();
        FiveLines.distil(teacher, folder.resolve("student"), config);
        Student.load(folder.resolve("student")).close();
    }

    @Test
    void ownTeacher() throws IOException {
        try (Student student = OwnTeacher.distil(6_400)) {
            float[] samples = student.sample(new long[] {1, 2, 3, 4}, null);
            for (int i = 0; i < samples.length; i++) {
                assertEquals(i % 2 == 0 ? 2 : -1, samples[i], 2.5, "sample " + i / 2);
            }
        }
    }
}
