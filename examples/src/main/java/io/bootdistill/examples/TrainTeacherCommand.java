package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.CaptionTrainer;
import io.bootdistill.RunHandle;
import io.bootdistill.TeacherTrainer;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.config.TextEncoderMode;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ImageSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code boot train-teacher}: images in, a run folder with a teacher out. */
@Command(
        name = "train-teacher",
        header = "Trains a diffusion model from images, to be distilled.",
        customSynopsis = {
            "Usage: boot train-teacher --images DIR [--out DIR] [--minutes M | --steps N] [--batch B]",
            "                          [--prediction P] [--schedule S] [--channels C,C…] [--layers L]",
            "                          [--upscale-from N] [--frame N]",
            "                          [--rate R] [--seed S] [--device D] [--workers W] [--resume]",
            "       boot train-teacher --images DIR --from DIR [--random-weights] [--train-text-encoder]",
            "                          [--out DIR] [--minutes M | --steps N] [--batch B] [--rate R]",
            "                          [--seed S] [--device D] [--workers W] [--resume]"
        },
        description = {
            "",
            "Reads images of one size: PNG or JPEG files, in a subfolder for each class or all in the folder itself, or"
                    + " train-images-idx3-ubyte and train-labels-idx1-ubyte, as MNIST has them, gzipped or not. Says what in the"
                    + " folder it leaves out. Writes all of the run into one folder: config.json, metrics.csv, pictures in grids/,"
                    + " the checkpoint state.safetensors, and the teacher in teacher/, in the diffusers layout. Where there are"
                    + " classes, the label after the last means none, so that the teacher can be guided.",
            "",
            "With --from, a pipeline that draws from prompts is trained on captioned pictures: PNG or JPEG files, at least as large"
                    + " as it draws, of which it takes the middle. Captions stand, with their pictures, in metadata.jsonl, each in"
                    + " a line {\"file_name\": \"fox.png\", \"text\": \"a red fox\"}; or in fox.txt beside fox.png. One in ten is"
                    + " left out, so that the teacher can be guided.",
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
            "  boot train-teacher --images flowers --minutes 60   from its pictures, in about an hour",
            "  boot train-teacher --images mine --from PIPELINE   a teacher of prompts, from captioned pictures",
            "  boot distill --teacher runs/DATE/teacher           distil what it has made"
        })
final class TrainTeacherCommand implements Callable<Integer> {

    @Option(names = "--images", paramLabel = "DIR", required = true, description = "The folder of the images.")
    private Path imageFolder;

    @Option(names = "--from", paramLabel = "DIR",
            description = "A StableDiffusionPipeline or StableDiffusionXLPipeline, to be trained on captioned pictures.")
    private Path from;

    @Option(names = "--random-weights", description = "With --from: begins with random weights, not with those in the folder.")
    private boolean randomWeights;

    @Option(names = "--train-text-encoder",
            description = "With --from: trains the text encoder, too. Default: it stays as it is.")
    private boolean trainTextEncoder;

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
                description = "Training steps. Default: as many as train on 512,000 images.")
        private Long steps;
    }

    @Option(names = "--batch", paramLabel = "B", description = "Images of a step. Default: 64.")
    private Integer batch;

    @Mixin
    private PixelOptions pixels = new PixelOptions();

    @Option(names = "--rate", paramLabel = "R",
            description = "Learning rate. Default: 0.001; 0.0001 for a teacher that goes on from its weights.")
    private Double rate;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of all random numbers. Default: 0.")
    private Long seed;

    @Option(names = "--device", paramLabel = "D", description = "cpu or reference. Default: cpu.")
    private String deviceName;

    @Option(names = "--workers", paramLabel = "W", description = "Threads; never change the result. Default: all processors.")
    private Integer workers;

    @Option(names = "--resume",
            description = "Continues the run in --out from its checkpoint, with its configuration; with --steps for longer.")
    private boolean resume;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        int threads = Arguments.threads(spec, workers);
        if (resume) {
            Arguments.requireResumable(spec, out, Set.of("--images", "--frame", "--steps"), "config.json and teacher");
            LongerRun.ofTeacher(spec, out, length.steps);
        }
        TeacherTrainingConfig.Builder builder = resume ? null : newConfig(threads);
        if (from != null || resume && CaptionTrainer.isRun(out)) {
            CaptionTraining training = CaptionTraining.read(imageFolder);
            return train(training.description(), training.leftOut(), start, (device, report, handle) -> {
                Path pipeline = resume ? out.resolve("teacher") : from;
                CaptionTrainer trainer = new CaptionTrainer(pipeline, device).listener(report).handle(handle);
                training.run(trainer, builder, randomWeights, out, threads);
            });
        }
        CaptionTraining.requireNone(imageFolder);
        TrainingImages training = TrainingImages.read(imageFolder, pixels.frame(), resume ? null : pixels.upscaleFrom());
        return train(training.description(), training.leftOut(), start,
                (device, report, handle) -> run(training, builder, device, report, handle, threads));
    }

    /** A training on a device. */
    private interface Training {
        void run(Device device, TeacherReport report, RunHandle handle) throws IOException;
    }

    private void run(
            TrainingImages training, TeacherTrainingConfig.Builder builder, Device device, TeacherReport report, RunHandle handle,
            int threads) throws IOException {
        ImageSource images = training.source();
        if (resume) {
            TeacherTrainer.ofRun(out, device).listener(report).handle(handle).resume(images, out, threads).close();
        } else {
            TeacherTrainer trainer = new TeacherTrainer(pixels.network(training), pixels.scheduler(), device);
            int nullLabel = training.classes() > 0 && training.small() == null ? training.classes() : -1;
            trainer.listener(report).handle(handle).train(images, builder.nullLabel(nullLabel).build()).close();
        }
    }

    private int train(String description, List<String> leftOut, long start, Training training) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Device device = DeviceChoice.forTraining(deviceName, spec.commandLine());
        err.println("images " + imageFolder + ", " + description + ", device " + device.description() + ", run folder " + out);
        leftOut.forEach(line -> err.println("left out: " + line));
        try (StopRequest stop = new StopRequest(err)) {
            TeacherReport report = new TeacherReport(err);
            training.run(device, report, stop.handle());
            if (report.firstStep() == report.config().steps()) {
                err.println("boot: the run was finished before, after step " + report.firstStep());
            }
            summarize(report, Duration.ofNanos(System.nanoTime() - start));
            if (report.step() < report.config().steps()) {
                err.println("boot: stopped after step " + report.step() + " of " + report.config().steps()
                        + "; continue with: " + resumeCommand());
                return stop.code();
            }
            return Boot.OK;
        }
    }

    // ---- options

    private TeacherTrainingConfig.Builder newConfig(int threads) throws IOException {
        out = Arguments.newRun(out);
        Arguments.requireLength(spec, length.minutes, length.steps);
        pixels.require(from != null);
        if (from == null && (randomWeights || trainTextEncoder)) {
            throw new ParameterException(spec.commandLine(), (randomWeights ? "--random-weights" : "--train-text-encoder")
                    + " needs --from, the pipeline that is trained");
        }
        require(spec, rate == null || rate > 0 && rate <= 1, "--rate", rate, "above 0, at most 1");
        TeacherTrainingConfig.Builder builder = TeacherTrainingConfig.builder().folder(out).workers(threads);
        TeacherTrainingConfig defaults = TeacherTrainingConfig.builder().build();
        int size = batch == null ? defaults.work().batch() : batch;
        if (seed != null) {
            builder.seed(seed);
        }
        if (from != null) {
            builder.textEncoder(trainTextEncoder ? TextEncoderMode.TRAINED : TextEncoderMode.FROZEN)
                    .pictures(CaptionTraining.PICTURES);
        }
        if (rate != null || from != null && !randomWeights) {
            builder.learningRate(rate != null ? rate : CaptionTraining.RATE);
        }
        try {
            builder.batch(size).length(Arguments.length(length.minutes, length.steps, defaults.length().images(), size));
            builder.build();
            return builder;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    // ---- results

    private void summarize(TeacherReport report, Duration time) {
        PrintWriter stdout = spec.commandLine().getOut();
        Path teacher = out.resolve("teacher");
        stdout.println("teacher      " + teacher);
        if (report.last() != null) {
            stdout.printf(Locale.ROOT, "loss         %.4f, mean squared error of the network's output%n", report.last().loss());
        }
        stdout.println("wall time    " + Times.clock(time));
        stdout.println("pictures     " + out.resolve("grids"));
        stdout.println(CaptionTrainer.isRun(out)
                ? "draw with it " + Boot.command() + " sample --model " + Boot.quoted(teacher) + " --prompt \"…\""
                : "distil it    " + Boot.command() + " distill --teacher " + Boot.quoted(teacher));
        stdout.flush();
    }

    private String resumeCommand() {
        return Boot.command() + " train-teacher --resume --images " + Boot.quoted(imageFolder) + " --out " + Boot.quoted(out)
                + (pixels.frame() == 0 ? "" : " --frame " + pixels.frame())
                + (deviceName == null ? "" : " --device " + deviceName);
    }
}
