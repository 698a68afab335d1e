package io.bootdistill.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Devices;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** A command that has run: its exit code and what it printed. */
record CommandRun(int code, String out, String err) {

    /** Held-out noises of a run in tests. */
    static final int HELD_OUT = 64;

    /** The command line in a JVM of its own. */
    public static void main(String[] arguments) {
        System.exit(Boot.execute(newCommandLine(), arguments));
    }

    /** Samples that an ablation's ruler measures. */
    static final int RULED = 200;

    private static CommandLine newCommandLine() {
        CommandLine line = Boot.newCommandLine();
        DistillCommand distill = line.getSubcommands().get("distill").getCommand();
        distill.heldOut = HELD_OUT;
        distill.reportNoises = HELD_OUT;
        AblateCommand ablate = line.getSubcommands().get("ablate").getCommand();
        ablate.heldOut = HELD_OUT;
        ablate.count = RULED;
        ReportCommand report = line.getSubcommands().get("report").getCommand();
        report.noises = HELD_OUT;
        return line;
    }

    /** Runs a command in this JVM. */
    static CommandRun boot(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = newCommandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int code = Boot.execute(line, texts(arguments).toArray(String[]::new));
        return new CommandRun(code, out.toString(), err.toString());
    }

    /** Writes a file of three prompts into a folder. */
    static Path writePrompts(Path folder) throws IOException {
        return Files.write(folder.resolve("prompts.txt"), List.of("a cat", "an old lighthouse", "a photo of the sea"));
    }

    /** Distils a few steps on the best device of this machine. */
    static CommandRun distill(Path teacher, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(
                List.of("distill", "--teacher", teacher, "--out", out, "--device", Devices.best().name()));
        arguments.addAll(List.of(more));
        return boot(arguments.toArray());
    }

    /** Starts a command in a JVM of its own; stdout and stderr come together. */
    static Process start(List<String> jvmOptions, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CommandRun.class.getName()));
        command.addAll(texts(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static List<String> texts(Object[] arguments) {
        return List.of(arguments).stream().map(Object::toString).toList();
    }

    CommandRun succeeded() {
        assertEquals(0, code, () -> "exit code; stderr: " + err);
        return this;
    }

    /** Refused: with this exit code, a message with all these parts, and no stack trace. */
    void refused(int expected, String... parts) {
        assertEquals(expected, code, () -> "exit code; stderr: " + err);
        for (String part : parts) {
            assertTrue(err.contains(part), () -> "no \"" + part + "\" in: " + err);
        }
        assertTrue(!err.contains("\tat ") && !err.contains("internal error"), () -> "not for users: " + err);
    }
}
