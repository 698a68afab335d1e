package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.Cascade;
import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boot sample}: images from a student in one step or a few, or from a teacher in many. */
@Command(
        name = "sample",
        header = "Samples a student, a teacher, or the student of a run.",
        customSynopsis = {
            "Usage: boot sample [--model DIR] [--count N | --noise FILE.safetensors] [--labels 3,7,...]",
            "                   [--seed S] [--steps K] [--sampler S] [--guidance W] [--cascade STUDENT]",
            "                   [--images FILE] [--noise-level L] --out grid.png | DIR | FILE.safetensors",
            "       boot sample [--model PIPELINE] --prompt TEXT [--prompt TEXT ...] [--negative TEXT]",
            "                   [--count N] [--seed S] [--steps K] [--sampler S] [--guidance W]",
            "                   [--size WxH] [--latents] [--text-states FILE]",
            "                   [--images FILE] [--noise-level L] [--out PATH]"
        },
        description = {
            "",
            "A student takes one network call, or K if it was distilled for several; a teacher takes K steps of the"
                    + " deterministic reference sampler. Image i has the seed S + i and is a function of that seed and its label"
                    + " alone.",
            "",
            "A whole pipeline (Stable Diffusion, SDXL, LCM, IF, LDM, DiT) draws with DDIM on its own scheduler's times, or by"
                    + " consistency steps; N pictures of each prompt, or of each class of --labels, by number or name.",
            ""
        },
        synopsisHeading = "",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  boot sample --prompt \"red apple on blue\"",
            "  boot sample --labels 1,5 --out grid.png",
            "  boot sample --model runs/my-run --out grid.png",
            "  boot sample --model runs/my-run --count 1000 --seed 7 --out images",
            "  boot sample --model teachers/fashion-mnist-16 --steps 10 --labels 3,7 --count 8 --out grid.png",
            "  boot sample --model runs/my-run --noise noise.safetensors --out sample.safetensors",
            "  boot sample --model my-sd --prompt \"a red apple\" --steps 25 --out apple.png"
        })
final class SampleCommand implements Callable<Integer> {

    private static final int DEFAULT_STEPS = 50;

    @Option(names = "--model", paramLabel = "DIR",
            description = "A student, a teacher or a run folder. Default: the bundled student of prompts, or that of labels.")
    private Path folder;

    @ArgGroup
    private Input input = new Input();

    /** Where the noise comes from. */
    static final class Input {

        @Option(names = "--count", paramLabel = "N",
                description = "Number of images. Default: 64. Of a pipeline: those of each prompt or class; default: 1.")
        private Integer count;

        @Option(names = "--noise", paramLabel = "FILE",
                description = "A .safetensors file with a tensor \"noise\" (N x C x H x W) to start from.")
        private Path noise;
    }

    @Option(names = "--labels", paramLabel = "L", split = ",", hideParamSyntax = true,
            description = "Class labels, separated by commas, repeated over the images; numbers, or names where the model has some."
                    + " Default: every class in turn.")
    private List<String> labels;

    @Mixin
    private DrawOptions drawn = new DrawOptions();

    @Mixin
    private SamplerOption sampler = new SamplerOption();

    @Mixin
    private StageInputs stage = new StageInputs();

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the first image. Default: 0.")
    private Long seed;

    @Option(names = "--steps", paramLabel = "K",
            description = "Steps of a teacher, or of a student that was distilled for several. Default: 50 of a teacher, 1 of a"
                    + " student.")
    private Integer steps;

    @Option(names = "--guidance", paramLabel = "W",
            description = "Classifier-free guidance: of a teacher, or of a student that was distilled for a range of scales."
                    + " Default: 1 for a teacher, its stock client's for a pipeline, the middle of the range for a student.")
    private Double guidance;

    @Option(names = "--out", paramLabel = "PATH",
            description = "What to write: a grid (ending in .png), raw floats in a tensor \"sample\" (ending in .safetensors),"
                    + " or else a new folder with a picture for each image. Default: a PNG named after the prompt.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        SampleOutput output = SampleOutput.at(path());
        ModelFolder model = model();
        boolean isTeacher = model.kind() == ModelFolder.Kind.TEACHER;
        require(spec, input.count == null || input.count >= 1, "--count", input.count, "at least 1");
        require(spec, steps == null || steps >= 1, "--steps", steps, "at least 1");
        require(spec, input.noise == null || seed == null, "--seed", seed, "left out with --noise");
        sampler.check(spec);
        if (stage.cascade() != null) {
            require(spec, !isTeacher, "--cascade", stage.cascade(), "left out: it is for a student; a teacher has --images");
            return drawCascade(model.path(), output);
        }
        drawn.requireFit(spec, model.path(), !isTeacher, labels);
        boolean isWhole = PipelineFolder.isWhole(model.path());
        if (!isWhole) {
            stage.requireNoStates(spec);
        }
        if (isTeacher) {
            sampler.requireNone(spec);
            try (Teacher teacher = Teacher.load(model.path(), Devices.best(), stage.textStates())) {
                if (teacher.isPipeline() || isDrawn(teacher.condition())) {
                    return draw(Artist.of(teacher), model.path(), null, output);
                }
                Sampler sampler = Sampler.reference(teacher, steps == null ? DEFAULT_STEPS : steps)
                        .withGuidance(guidance == null ? null : guidanceOf(teacher))
                        .asDrawn();
                sample(output, teacher.shape(), teacher.condition(), teacher.nullLabel(), sampler::sample);
            }
        } else {
            try (Student student = Student.load(model.path(), Devices.best(), stage.textStates())) {
                int taken = steps == null ? 1 : steps;
                sampler.requireFit(spec, student);
                FewSteps way = sampler.of(student);
                int most = sampler.most(student);
                require(spec, taken <= most, "--steps", steps, most > 1 ? "1 … " + most + " for a student"
                        : "1 or left out for this student, which was distilled for one step");
                GuidanceRange range = student.guidance();
                double scale = guidance == null ? range.middle() : guidance;
                require(spec, scale >= range.least() && scale <= range.most(), "--guidance", guidance, range.isWide()
                        ? range.least() + " … " + range.most() + " for this student"
                        : range.least() + ", for which this student was distilled");
                if (isWhole || isDrawn(student.condition())) {
                    return draw(Artist.of(student), model.path(), way, output);
                }
                sample(output, student.shape(), student.condition(), student.nullLabel(),
                        request -> student.sample(request.withGuidance(scale).withSteps(taken).withSampler(way)));
            }
        }
        return Boot.OK;
    }

    /** Whether a model of pixels draws of smaller ones; refuses them for another. */
    private boolean isDrawn(ConditionShape condition) {
        boolean enlarges = condition instanceof ConditionShape.Parts;
        if (!enlarges) {
            stage.requireNone(spec);
        }
        return enlarges;
    }

    /** The model: without a folder, the bundled student of prompts, or that of labels. */
    private ModelFolder model() {
        require(spec, folder != null || drawn.prompt() != null || labels != null,
                "--model", "missing", "given; only prompts and labels have a model of their own");
        return ModelFolder.of(folder != null ? folder
                : drawn.prompt() != null ? Boot.bundledTextStudent() : Boot.bundledLabelStudent());
    }

    /** Where the pictures go: without a path, a file named after the first prompt. */
    private Path path() {
        if (out != null) {
            return out;
        }
        require(spec, drawn.prompt() != null && !drawn.latents(), "--out", "missing",
                "given; only pictures of prompts have a name");
        return SampleOutput.named(drawn.prompt());
    }

    private int draw(Artist artist, Path model, FewSteps way, SampleOutput output) throws IOException {
        float[] noise = input.noise == null ? null : NoiseFile.read(input.noise, artist.shape());
        DrawRequest request = drawn.request(
                spec, artist, PipelineFolder.isWhole(model) ? PipelineFolder.open(model) : null, labels,
                input.count == null ? 1 : input.count, noise);
        if (guidance != null) {
            require(spec, guidance >= 0 && Double.isFinite(guidance), "--guidance", guidance, "finite and at least 0");
            request = request.withGuidance(guidance);
        }
        request = stage.addedTo(steps == null ? request : request.withSteps(steps), spec).withSampler(way);
        ImageShape shape = (drawn.latents() ? artist.denoised() : artist.picture()).apply(request);
        output.require(shape);
        request = noise != null ? request.withNoise(noise) : request.withSeed(seed == null ? 0 : seed);
        long start = System.nanoTime();
        output.write(artist.drawing().draw(request, drawn.latents()), shape, 0);
        spec.commandLine().getOut().printf(
                Locale.ROOT, "%d pictures in %.2f s: %s%n", request.count(), (System.nanoTime() - start) * 1e-9, output.path());
        spec.commandLine().getOut().flush();
        return Boot.OK;
    }

    private int drawCascade(Path second, SampleOutput output) throws IOException {
        require(spec, input.noise == null, "--noise", input.noise, "left out with --cascade: seeds make the noise of both");
        Path first = ModelFolder.of(stage.cascade()).path();
        drawn.requireFit(spec, first, true, labels);
        drawn.requirePlain(spec, "left out with --cascade");
        if (!PipelineFolder.isWhole(first)) {
            stage.requireNoStates(spec);
        }
        try (Cascade cascade = Cascade.load(first, second, Devices.best(), stage.textStates())) {
            output.require(cascade.picture());
            Student student = cascade.first();
            int[] cycle = Labels.cycle(spec, labels, student.condition(), student.nullLabel(), stage.cascade());
            int count = input.count != null ? input.count : student.readsPrompts() ? 1 : 64;
            DrawRequest request = drawn.prompts() != null ? DrawRequest.ofPrompts(drawn.prompts()).withCount(count)
                    : cycle.length == 0 ? DrawRequest.ofCount(count)
                    : DrawRequest.ofLabels(IntStream.range(0, count).map(i -> cycle[i % cycle.length]).toArray());
            request = stage.addedTo(request.withSeed(seed == null ? 0 : seed), spec).withSampler(sampler.given());
            request = guidance == null ? request : request.withGuidance(guidance);
            long start = System.nanoTime();
            float[] pictures = cascade.pixels(steps == null ? request : request.withSteps(steps));
            double seconds = (System.nanoTime() - start) * 1e-9;
            output.write(pictures, cascade.picture(), cycle.length);
            spec.commandLine().getOut().printf(Locale.ROOT, "%d pictures in %.2f s: %s%n", request.count(), seconds, output.path());
            spec.commandLine().getOut().flush();
            return Boot.OK;
        }
    }

    private Guidance guidanceOf(Teacher teacher) {
        require(spec, guidance >= 0 && Double.isFinite(guidance), "--guidance", guidance, "finite and at least 0");
        require(spec, teacher.nullLabel() >= 0, "--guidance", guidance, "left out: this teacher has no null label");
        return new Guidance(guidance, teacher.nullLabel());
    }

    private void sample(
            SampleOutput output, ImageShape shape, ConditionShape condition, int nullLabel,
            Function<SampleRequest, float[]> sampling) throws IOException {
        output.require(shape);
        float[] noise = input.noise == null ? null : NoiseFile.read(input.noise, shape);
        int count = noise != null ? noise.length / shape.size() : input.count != null ? input.count : 64;
        require(spec, (long) count * shape.size() <= Integer.MAX_VALUE - 8, "--count", count,
                "at most " + (Integer.MAX_VALUE - 8) / shape.size() + " for images of " + shape);
        int[] cycle = Labels.cycle(spec, labels, condition, nullLabel, folder);
        int[] chosen = cycle.length == 0 ? null : new int[count];
        for (int i = 0; i < count && chosen != null; i++) {
            chosen[i] = cycle[i % cycle.length];
        }
        long start = System.nanoTime();
        SampleRequest request = noise == null ? SampleRequest.ofSeeds(seeds(count)) : SampleRequest.ofNoise(noise);
        float[] samples = sampling.apply(request.withLabels(chosen));
        double seconds = (System.nanoTime() - start) * 1e-9;
        output.write(samples, shape, cycle.length);
        spec.commandLine().getOut().printf(Locale.ROOT, "%d images in %.2f s: %s%n", count, seconds, out);
        spec.commandLine().getOut().flush();
    }

    private long[] seeds(int count) {
        long[] seeds = new long[count];
        Arrays.setAll(seeds, i -> (seed == null ? 0 : seed) + i);
        return seeds;
    }
}
