package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import io.bootdistill.device.Devices;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Signals to a run in another JVM. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
@Timeout(180)
final class StopRequestTest {

    private final StringBuilder output = new StringBuilder();

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void write() throws IOException {
        TinyTeacher.write(folder.resolve("teacher"), "v_prediction");
        run = folder.resolve("run");
    }

    /**
     * Distils, and sends signals.
     *
     * @param signals by what begins the line after which they are sent
     * @return the exit code
     */
    private int distil(Map<String, String> signals, Object... options) throws Exception {
        Object[] arguments = new Object[7 + options.length];
        List<Object> common = List.of("distill", "--teacher", folder.resolve("teacher"), "--out", run, "--device",
                Devices.best().name());
        System.arraycopy(common.toArray(), 0, arguments, 0, 7);
        System.arraycopy(options, 0, arguments, 7, options.length);
        Process process = CommandRun.start(List.of(), arguments);
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                for (Map.Entry<String, String> signal : signals.entrySet()) {
                    if (line.startsWith(signal.getKey())) {
                        new ProcessBuilder("kill", "-" + signal.getValue(), "" + process.pid()).start().waitFor();
                    }
                }
            }
        }
        return process.waitFor();
    }

    @Test
    void endsWhileReferenceSamplesAreDrawn() throws Exception {
        int code = distil(Map.of("sampling the teacher", "TERM"), "--steps", 50, "--batch", 4, "--held-out", 100_000);
        assertEquals(143, code, output::toString);
        assertTrue(output.toString().contains("stopped before the first step; there is no checkpoint"), output::toString);
        assertFalse(Files.exists(run.resolve("state.safetensors")));
    }

    /** A step of so many images takes its time. */
    @Test
    void secondSignalEndsAtOnce() throws Exception {
        int code = distil(Map.of("distilling", "INT", "boot: stopping", "INT"),
                "--steps", 2, "--batch", 65_536, "--held-out", 0);
        assertEquals(130, code, output::toString);
        assertTrue(output.toString().contains("once more stops at once"), output::toString);
        assertFalse(output.toString().contains("stopped after step"), output::toString);
        assertFalse(Files.exists(run.resolve("state.safetensors")));
    }

    /** The run is whole; that the report can be made later is said. */
    @Test
    void endsWithinAReport() throws Exception {
        int code = distil(Map.of("sample it", "HUP"), "--steps", 3, "--batch", 4, "--held-out", 16);
        assertEquals(129, code, output::toString);
        assertTrue(output.toString().contains("its report is not written: boot report "), output::toString);
        assertFalse(Files.exists(run.resolve("report.html")));
        assertTrue(Files.exists(run.resolve("student/model_index.json")));
    }
}
