package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The help texts are what was agreed on; to change one, change its file, too. */
final class HelpTest {

    @ParameterizedTest
    @ValueSource(strings = {"boot", "distill", "train-teacher", "sample", "evaluate", "report", "ablate", "inspect", "doctor"})
    void helpTexts(String command) throws IOException {
        CommandRun run = command.equals("boot") ? CommandRun.boot("--help") : CommandRun.boot(command, "--help");
        assertEquals(expected(command), run.succeeded().out());
    }

    private static String expected(String command) throws IOException {
        try (InputStream in = HelpTest.class.getResourceAsStream("/help-" + command + ".txt")) {
            assertNotNull(in, "help-" + command + ".txt");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
