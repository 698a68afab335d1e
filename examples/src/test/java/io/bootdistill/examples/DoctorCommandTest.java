package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import io.bootdistill.selftest.SelfTest;
import io.bootdistill.selftest.SelfTest.Line;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DoctorCommandTest {

    private static final Line GOOD = new Line("fill", "7 with 0.0", 0, 0, 2e-6, null, null);
    private static final Line WRONG =
            new Line("affine", "3×5×7", 3e-2, 1e-6, Double.NaN, "y[3] is 1.0, must be 2.0", null);
    private static final Line THROWN = new Line("affine", "2×1×2", Double.NaN, Double.NaN, Double.NaN,
            "java.lang.IllegalStateException: status 7", new IllegalStateException("status 7"));

    private static CommandRun report(List<Line> lines) {
        StringWriter out = new StringWriter();
        int code = DoctorCommand.report(new SelfTest("cuda (a GPU)", "cpu (AVX2)", lines), new PrintWriter(out));
        return new CommandRun(code, out.toString(), "");
    }

    @Test
    void namesEveryDevice() {
        String out = CommandRun.boot("doctor").succeeded().out();
        assertTrue(out.contains("device     reference: can be used"), out);
        assertTrue(out.contains("device     cpu: "), out);
    }

    @Test
    void testsTheBestDevice() {
        String out = CommandRun.boot("doctor", "--self-test").succeeded().out();
        assertTrue(out.contains("\n" + Devices.best().description() + " against "), out);
        assertTrue(out.matches("(?s).*\nconvForward +\\d+ .* passed\n.*"), out);
        assertTrue(out.matches("(?s).*\n(\\d+) of \\1 passed\n"), out);
    }

    @Test
    void aFailureIsToldAndChangesTheExitCode() {
        CommandRun run = report(List.of(GOOD, WRONG, THROWN));
        assertEquals(Boot.FAILED, run.code());
        assertTrue(run.out().contains("\ncuda (a GPU) against cpu (AVX2)\n"), run.out());
        assertTrue(run.out().matches("(?s).*\nfill +1 +0 +0 +2\\.0 +2\\.0 +passed\n.*"), run.out());
        assertTrue(run.out().matches("(?s).*\naffine +2 +3\\.0e-02 +1\\.0e-06 +- +- +2 FAILED\n.*"), run.out());
        assertTrue(run.out().endsWith("FAILED affine 3×5×7: y[3] is 1.0, must be 2.0\n"
                + "FAILED affine 2×1×2: java.lang.IllegalStateException: status 7\n1 of 3 passed\n"), run.out());
        assertEquals(Boot.OK, report(List.of(GOOD)).code());
    }

    @Test
    void manyFailuresAreCounted() {
        List<Line> lines = new ArrayList<>(List.of(GOOD));
        for (int i = 0; i < 100; i++) {
            lines.add(THROWN);
        }
        String out = report(lines).out();
        assertTrue(out.endsWith("status 7\nFAILED … and 80 more\n1 of 101 passed\n"), out);
    }
}
