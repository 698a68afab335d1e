package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.BundledTeacher;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The two stages that come with the project: what the second one's folder says of itself holds. */
final class BundledCascadeTest {

    private static final Path ROOT = BundledTeacher.folder().getParent().getParent();
    private static final String NAME = "fashion-mnist-32";

    /** 60 pictures of 1,000: their RMSE is within an eighth of that of all. */
    @Test
    void studentIsNearItsTeacherAndAsSharp() {
        Path teacher = ROOT.resolve("teachers").resolve(NAME);
        CommandRun run = CommandRun.boot("evaluate", "--model", ROOT.resolve("students").resolve(NAME) + "," + teacher, "--cascade",
                ROOT.resolve("students/fashion-mnist-16"), "--steps", 10, "--count", 60).succeeded();
        String[] lines = run.out().split("\n");
        assertEquals(3, lines.length, run.out());
        double student = number(lines[1], 2);
        double ofTenSteps = number(lines[2], 2);
        assertEquals(0.0352, student, 0.0044, run.out());
        assertTrue(student < 1.35 * ofTenSteps, run.out());
        assertEquals(100, number(lines[1], 5), 5, run.out());
        assertTrue(number(lines[2], 5) < number(lines[1], 5), run.out());
    }

    private static double number(String line, int column) {
        return Double.parseDouble(line.strip().split(" +")[column]);
    }

    @Test
    void isSmall() throws Exception {
        for (String kind : new String[] {"teachers", "students"}) {
            Path weights = ROOT.resolve(kind).resolve(NAME).resolve("unet/diffusion_pytorch_model.safetensors");
            assertTrue(Files.size(weights) < 8 << 20, weights + " has " + Files.size(weights) + " bytes");
        }
    }
}
