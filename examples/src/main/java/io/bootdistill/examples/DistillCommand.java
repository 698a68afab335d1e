package io.bootdistill.examples;

import io.bootdistill.BootDistiller;
import io.bootdistill.DistillationListener.Quality;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.examples.ablation.Recipes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code boot distill}: a teacher in, a run folder with a one-step student out. */
@Command(
        name = "distill",
        header = "Distils a diffusion model into a one-step generator.",
        customSynopsis = {
            "Usage: boot distill [--teacher DIR] [--out DIR] [--minutes M | --steps N] [--batch B]",
            "                    [--cascade STUDENT]",
            "                    [--prompts FILE] [--guidance W | W:W] [--negative TEXT] [--seed S]",
            "                    [--held-out N] [--block N] [--lanes N] [--optimiser O] [--no-corrector]",
            "                    [--quick | --recipe paper | --recipe FILE] [--device D] [--workers W]",
            "                    [--resume] [--no-report]"
        },
        description = {
            "",
            "Reads a teacher in the diffusers layout, trains a student that makes the teacher's images in one network call,"
                    + " and writes all of the run into one folder: config.json, metrics.csv, pictures in grids/, the"
                    + " checkpoint state.safetensors, the student in student/, and report.html. No images are needed.",
            "",
            "Ctrl-C stops after the current step and writes a checkpoint; --resume continues from it, to the same bits as a"
                    + " run that was never stopped.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  boot distill --quick                           does it work here? About a minute",
            "  boot distill                                   the bundled teacher, about 10 minutes",
            "  boot distill --teacher my-model --minutes 30   your own, in about half an hour",
            "  boot distill --teacher my-sd --prompts prompts.txt --guidance 3",
            "  boot distill --teacher my-upscaler --cascade students/fashion-mnist-16",
            "  boot distill --resume --out runs/my-run        go on after Ctrl-C"
        })
final class DistillCommand implements Callable<Integer> {

    @Option(names = "--teacher", paramLabel = "DIR", converter = TeacherPath.class,
            description = "The teacher's folder. Default: the bundled teacher.")
    private Path teacherFolder;

    @Option(names = "--cascade", paramLabel = "DIR",
            description = "For a teacher that enlarges: the student of the stage before, on whose pictures it is distilled.")
    private Path cascade;

    @Option(names = "--out", paramLabel = "DIR", description = "The run's folder, new or empty. Default: runs/DATE-TIME.")
    private Path out;

    @ArgGroup
    private Length length = new Length();

    /** How long to train. */
    static final class Length {

        @Option(names = "--minutes", paramLabel = "M",
                description = "Time to spend, at least 1; turned into a number of steps after a short timing.")
        private Double minutes;

        @Option(names = "--steps", paramLabel = "N",
                description = "Training steps. Default: as many as make 256,000 images, or the recipe's.")
        private Long steps;
    }

    @Option(names = "--batch", paramLabel = "B", description = "Images of a step. Default: 64.")
    private Integer batch;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of all random numbers. Default: 0.")
    private Long seed;

    @Mixin
    private GuidanceOptions guidance = new GuidanceOptions();

    @Mixin
    private SizeOptions size = new SizeOptions();

    @ArgGroup
    private Recipe recipe = new Recipe();

    /** Where all other options come from. */
    static final class Recipe {

        @Option(names = "--quick",
                description = "A first try: the recipe of this project over 300 steps, compared with the teacher on 100 noises"
                        + " at the end.")
        private boolean quick;

        @Option(names = "--recipe", paramLabel = "R",
                description = "Where all other options come from: paper, or the config.json of another run, which an option"
                        + " given here overrides. Default: the recipe of this project.")
        private String name;

        private DistillationConfig config(Teacher teacher) {
            if (quick) {
                return Recipes.suited(DistillationConfig.quick(), teacher);
            }
            return name == null ? Recipes.defaults(teacher)
                    : name.equals("paper") ? DistillationConfig.paper().build() : DistillationConfig.read(Path.of(name));
        }

        private boolean isFile() {
            return name != null && !name.equals("paper");
        }
    }

    @Option(names = "--device", paramLabel = "D", description = "cpu or reference. Default: cpu.")
    private String deviceName;

    @Option(names = "--workers", paramLabel = "W", description = "Threads; never change the result. Default: all processors.")
    private Integer workers;

    @Option(names = "--resume",
            description = "Continues the run in --out from its checkpoint, with its configuration; with --steps for longer.")
    private boolean resume;

    @Option(names = "--no-report", description = "Writes no report.html at the end, which takes some seconds.")
    private boolean noReport;

    @Spec
    private CommandSpec spec;

    /** Held-out noises where no option says, for tests, which are content with few; null for the recipe's. */
    Integer heldOut;

    /** Held-out noises of the report. */
    int reportNoises = ReportCommand.NOISES;

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        PrintWriter err = spec.commandLine().getErr();
        int threads = Arguments.threads(spec, workers);
        if (resume) {
            Arguments.requireResumable(spec, out, Set.of("--teacher", "--cascade", "--no-report", "--steps"), "config.json");
            LongerRun.ofStudent(spec, out, length.steps);
        } else {
            out = Arguments.newRun(out);
            Arguments.requireLength(spec, length.minutes, length.steps);
            guidance.require(teacherFolder());
        }
        ConditionSource conditions = guidance.source();
        Device device = DeviceChoice.forTraining(deviceName, spec.commandLine());
        try (StopRequest stop = new StopRequest(err);
                Teacher teacher = Teacher.load(teacherFolder(), device);
                Student before = cascade == null ? null : Student.load(ModelFolder.of(cascade).path(), device)) {
            DistillationConfig config = resume ? null : newConfig(teacher, threads);
            err.println("teacher " + teacherFolder() + ", device " + device.description() + ", run folder " + out);
            TrainingReport report = Boot.onTerminal() ? new BarReport(System.err) : new LineReport(err);
            BootDistiller distiller =
                    new BootDistiller(teacher).conditions(conditions).listener(report).handle(stop.handle());
            if (before != null) {
                distiller.cascade(before);
            }
            try (Student student = resume ? distiller.resume(out, threads) : distiller.train(config)) {
                report.end();
                if (report.firstStep() == report.config().steps()) {
                    err.println("boot: the run was finished before, after step " + report.firstStep());
                }
                summarize(student, report, Duration.ofNanos(System.nanoTime() - start), stop);
                if (report.step() < report.config().steps()) {
                    err.println("boot: stopped after step " + report.step() + " of " + report.config().steps()
                            + "; continue with: " + resumeCommand());
                    return stop.code();
                }
                if (!noReport && before != null) {
                    err.println("boot: no report.html: its samples are of seeds and labels alone, and these of smaller pictures;"
                            + " measure them with boot evaluate --cascade");
                } else if (!noReport) {
                    return writeReport(teacher, student, stop);
                }
                return Boot.OK;
            } catch (CancellationException e) {
                err.println("boot: stopped before the first step; " + (resume
                        ? "the checkpoint is as it was; continue with: " + resumeCommand() : "there is no checkpoint"));
                return stop.code();
            } finally {
                report.end();
            }
        }
    }

    // ---- options

    private DistillationConfig newConfig(Teacher teacher, int threads) {
        DistillationConfig defaults = recipe.config(teacher);
        DistillationConfig.Builder builder = defaults.toBuilder().folder(out).workers(threads);
        int images = batch == null ? defaults.work().batch() : batch;
        try {
            builder.batch(images).length(Arguments.length(length.minutes, length.steps, defaults.length().images(), images));
            if (heldOut != null) {
                builder.heldOut(heldOut);
            }
            size.set(builder);
            if (seed != null) {
                builder.seed(seed);
            }
            return builder.guidance(guidance.config(defaults.guidance(), recipe.isFile(), teacher)).build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private Path teacherFolder() {
        return teacherFolder != null ? teacherFolder : Boot.bundledTeacher();
    }

    // ---- results

    private void summarize(Student student, TrainingReport report, Duration time, StopRequest stop) throws IOException {
        PrintWriter stdout = spec.commandLine().getOut();
        Quality quality = report.quality();
        stdout.println("student      " + out.resolve("student"));
        if (quality != null) {
            stdout.printf(Locale.ROOT, "paired RMSE  %.4f on %d held-out noises, against %d steps of the teacher%n",
                    quality.pairedRmse(), report.config().evaluation().heldOut(),
                    report.config().evaluation().referenceSteps());
        } else if (report.config().evaluation().heldOut() == 0) {
            stdout.println("paired RMSE  not measured: there are no held-out noises, as in a short run unless --held-out says so");
        }
        if (report.collapse() != null) {
            stdout.println("COLLAPSED    " + report.collapse());
        }
        stdout.println("wall time    " + Times.clock(time));
        if (quality != null && quality.picture().isPicture() && !stop.isRequested()) {
            Path picture = out.resolve("comparison.png");
            Comparison.write(picture, quality, student, report.config().evaluation().referenceSteps());
            stdout.println("picture      " + picture);
        }
        stdout.println("sample it    " + Boot.command() + " sample --model " + Boot.quoted(out)
                + (cascade != null ? " --cascade " + Boot.quoted(cascade) : "")
                + (student.readsPrompts() ? " --prompt TEXT" : " --out grid.png"));
        stdout.flush();
    }

    /** Without the figures of images, which distillation has nothing to do with. */
    private int writeReport(Teacher teacher, Student student, StopRequest stop) throws IOException {
        long start = System.nanoTime();
        Path file = out.resolve(ReportWriter.FILE);
        try {
            new ReportWriter(out, teacher, student, reportNoises, stop::requireGoingOn).write(file, null);
        } catch (CancellationException e) {
            spec.commandLine().getErr().println("boot: stopped; the run is whole, its report is not written: "
                    + Boot.command() + " report " + Boot.quoted(out)
                    + (teacherFolder == null ? "" : " --teacher " + Boot.quoted(teacherFolder)));
            return stop.code();
        }
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.printf(Locale.ROOT, "report       %s (took %.1f s)%n", file, (System.nanoTime() - start) * 1e-9);
        stdout.flush();
        return Boot.OK;
    }

    private String resumeCommand() {
        return Boot.command() + " distill --resume --out " + Boot.quoted(out)
                + (teacherFolder == null ? "" : " --teacher " + Boot.quoted(teacherFolder))
                + (cascade == null ? "" : " --cascade " + Boot.quoted(cascade))
                + (deviceName == null ? "" : " --device " + deviceName);
    }
}
