package io.bootdistill.examples;

import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** The command line: results go to stdout, progress and messages to stderr. */
@Command(
        name = "boot",
        header = "Distils diffusion models into one-step generators, without data.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DistillCommand.class, TrainTeacherCommand.class, SampleCommand.class, EvaluateCommand.class, ReportCommand.class,
            AblateCommand.class, InspectCommand.class, DoctorCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed; the message says why", "2:wrong usage", "130:stopped by Ctrl-C"},
        footer = {
            "",
            "Start here:",
            "  boot distill                               distil the bundled teacher, about 10 minutes",
            "  boot sample --model runs/DATE --out a.png  a grid of its student's images"
        })
public final class Boot implements Runnable {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int STOPPED = 130;

    /** Where the project lies, for the bundled teacher and the extractor: set by the script. */
    static final String HOME_PROPERTY = "boot.home";

    /** Whether stderr is a terminal: set by the script. */
    static final String TERMINAL_PROPERTY = "boot.terminal";

    /** How the user called the script: set by it. */
    private static final String COMMAND_PROPERTY = "boot.command";

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Shows this help.")
    private boolean help;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Shows the stack trace of a failure.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(execute(newCommandLine(), args));
    }

    static int execute(CommandLine line, String... args) {
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            line.getErr().println("boot: not enough memory for Java (" + e.getMessage() + "): ask for fewer images at a time, a"
                    + " smaller batch, or give Java more, for example with JAVA_TOOL_OPTIONS=-Xmx4g");
            return FAILED;
        }
    }

    static CommandLine newCommandLine() {
        Boot boot = new Boot();
        CommandLine line = new CommandLine(boot);
        line.setUsageHelpWidth(100);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOverwrittenOptionsAllowed(false);
        line.setParameterExceptionHandler((e, args) -> usageError(e));
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            PrintWriter err = command.getErr();
            err.println("boot: " + Failure.describe(e));
            if (boot.verbose) {
                e.printStackTrace(err);
            }
            return FAILED;
        });
        return line;
    }

    private static int usageError(ParameterException e) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("boot: " + e.getMessage().replaceFirst("^Error: ", ""));
        CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: distill, train-teacher, sample, evaluate, report, ablate, inspect or doctor");
    }

    /** What to type for this command line. */
    static String command() {
        return System.getProperty(COMMAND_PROPERTY, "boot");
    }

    /** Where the bundled teacher lies. */
    static Path bundledTeacher() {
        return Path.of(System.getProperty(HOME_PROPERTY, ""), "teachers/fashion-mnist-16");
    }

    /** Where the bundled student that draws from prompts lies. */
    static Path bundledTextStudent() {
        return Path.of(System.getProperty(HOME_PROPERTY, ""), "students/emoji-64");
    }

    /** Where the bundled student that draws classes lies. */
    static Path bundledLabelStudent() {
        return Path.of(System.getProperty(HOME_PROPERTY, ""), "students/fashion-mnist-16");
    }

    /** Where the bundled teacher that draws from prompts lies. */
    static Path bundledTextTeacher() {
        return Path.of(System.getProperty(HOME_PROPERTY, ""), "teachers/emoji-64");
    }

    /** Where the classifier of what such pictures show lies. */
    static Path textExtractor() {
        return Path.of(System.getProperty(HOME_PROPERTY, ""), "extractors/emoji-64");
    }

    /** Where the ruler's extractor lies. */
    static Path extractor() {
        return Path.of(System.getProperty(HOME_PROPERTY, ""), "extractors/fashion-mnist-16");
    }

    /** A path as a shell reads it. */
    static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w./+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** Whether a progress bar may be drawn. */
    static boolean onTerminal() {
        String ci = System.getenv("CI");
        return Boolean.getBoolean(TERMINAL_PROPERTY)
                && (ci == null || ci.isEmpty() || ci.equals("false"))
                && !"dumb".equals(System.getenv("TERM"));
    }
}
