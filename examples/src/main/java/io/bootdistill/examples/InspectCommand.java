package io.bootdistill.examples;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.examples.report.RunMetrics;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.pipeline.SmallerMark;
import io.bootdistill.network.BlockType;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code boot inspect}: what a model folder holds, and what it costs here. */
@Command(
        name = "inspect",
        header = "Tells what a model folder holds, and what it costs on this machine.",
        description = {
            "",
            "Prints the network, the schedule, the parameters, and the memory and time of a training step (teachers) or of"
                    + " sampling (students) on the best device here. Takes some seconds.",
            ""
        })
final class InspectCommand implements Callable<Integer> {

    private static final int BATCH = 64;
    private static final int REPEATED = 5;
    private static final double SECONDS = 1;

    @Parameters(paramLabel = "DIR", description = "A teacher, a student or a run folder.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ModelFolder model = ModelFolder.of(folder);
        if (model.kind() == ModelFolder.Kind.RUN) {
            line("run", "%s, %s", folder, lastStep());
        }
        boolean teacher = model.kind() == ModelFolder.Kind.TEACHER;
        line(teacher ? "teacher" : "student", "%s", model.path());
        if (PipelineFolder.isWhole(model.path())) {
            PipelineFolder pipeline = PipelineFolder.open(model.path());
            describe(pipeline.scheduler());
            describeLimits(teacher, pipeline.scheduler());
            PipelineInspection.tell(pipeline, Devices.best(), (name, text) -> line(name, "%s", text));
            return Boot.OK;
        }
        DiffusersFolder files = DiffusersFolder.open(model.path());
        UNet format = new UNet(UNetConfig.parse(files.networkConfig().toString(), model.path() + " config.json"));
        UNet network = SmallerMark.network(format, files.marks(), model.path());
        describe(network, files.nullClass().orElse(-1));
        if (!files.others().isEmpty()) {
            line("not read", "%s, beside unet; rename the one that is meant", Quoted.names(files.others()));
        }
        describe(files.scheduler());
        describeLimits(teacher, files.scheduler());
        if (network.small() != null) {
            line("enlarges", "%s, noised to a level of the same schedule", network.small());
            return Boot.OK; // its times are those of the pictures that it is given, too
        }
        MeteredDevice device = new MeteredDevice(Devices.best());
        if (teacher) {
            costOfTraining(model.path(), device);
        } else {
            costOfSampling(model.path(), device);
        }
        return Boot.OK;
    }

    /** Where the run stands, from the last lines of its metrics. */
    private String lastStep() throws IOException {
        RunMetrics metrics = RunMetrics.read(folder.resolve(RunMetrics.FILE));
        if (metrics.size() == 0) {
            return "not yet at its first report";
        }
        double rmse = metrics.last("paired_rmse");
        return String.format(Locale.ROOT, "after step %.0f", metrics.last("step"))
                + (Double.isNaN(rmse) ? "" : String.format(Locale.ROOT, ", paired RMSE %.6f", rmse));
    }

    private void describe(UNet network, int nullLabel) {
        UNetConfig config = network.config();
        line("network", "UNet2DModel, images %s, channels %s, layers per block %d",
                network.input(), config.blockOutChannels(), config.layersPerBlock());
        line("blocks", "down %s, up %s", names(config.downBlocks()), names(config.upBlocks()));
        if (network.condition() instanceof ConditionShape.Label label) {
            line("classes", "0 … %d%s", label.count() - 1,
                    nullLabel < 0 ? ", no null label" : ", null label " + nullLabel);
        } else {
            line("condition", "%s", network.small() != null ? "a smaller picture and its level"
                    : network.condition() instanceof ConditionShape.None ? "none" : network.condition());
        }
        long count = Graph.of(network).layout().count();
        line("parameters", "%,d (%s)", count, mebibytes(4 * count));
    }

    /** How a teacher's pictures are limited, and what is learnt of it and measured. */
    private void describeLimits(boolean teacher, SchedulerConfig scheduler) {
        if (!teacher || !scheduler.clipSample() && !scheduler.thresholding()) {
            return;
        }
        boolean isNoise = scheduler.predictionType() == PredictionType.EPSILON;
        line("limits", "%s in its pictures, as its scheduler says; %s", scheduler.thresholding()
                ? String.format(Locale.ROOT, "predictions of x₀ are thresholded (quantile %s, at most %s)",
                        scheduler.dynamicThresholdingRatio(), scheduler.sampleMaxValue())
                : "predictions of x₀ are clamped to ±" + scheduler.clipSampleRange(),
                isNoise ? "so is what students learn, and what is measured" : "what students learn, and what is measured, is not");
    }

    private void describe(SchedulerConfig scheduler) {
        NoiseSchedule schedule = new DiscreteSchedule(scheduler.alphasCumprod());
        line("schedule", "%s, %d steps, predicts %s, λ from %.2f to %.2f",
                scheduler.trainedBetas().isEmpty() ? scheduler.betaSchedule().name().toLowerCase(Locale.ROOT) : "trained betas",
                scheduler.numTrainTimesteps(), scheduler.predictionType().name().toLowerCase(Locale.ROOT),
                schedule.lambda(schedule.tMin()), schedule.lambda(schedule.tMax()));
    }

    private void costOfTraining(Path path, MeteredDevice device) throws IOException {
        try (Teacher teacher = Teacher.load(path, device)) {
            device.takeBytes();
            DistillationConfig config = DistillationConfig.builder().build();
            line("device", "%s, %d workers", device.description(), config.work().workers());
            double seconds = StepTiming.median(teacher, config);
            line("training", "batch %d: %.3f s a step, %s", config.work().batch(), seconds, mebibytes(device.takeBytes()));
            Sampler sampler = Sampler.reference(teacher, 1);
            timeSampling((seeds, labels) -> sampler.sample(seeds, labels),
                    Labels.real(teacher.condition(), teacher.nullLabel()), " a step");
        }
    }

    private void costOfSampling(Path path, MeteredDevice device) throws IOException {
        try (Student student = Student.load(path, device)) {
            line("device", "%s, %d workers", device.description(), Runtime.getRuntime().availableProcessors());
            timeSampling(student::sample, Labels.real(student.condition(), student.nullLabel()), "");
        }
    }

    private interface Sampling {
        float[] sample(long[] seeds, int[] labels);
    }

    /** A picture at a time, and as many as take about a second. */
    private void timeSampling(Sampling sampling, int[] labels, String unit) {
        double one = timeSampling(1, sampling, labels, unit);
        int many = (int) Math.min(BATCH, SECONDS / one);
        if (many > 1) {
            timeSampling(many, sampling, labels, unit);
        }
    }

    private double timeSampling(int count, Sampling sampling, int[] labels, String unit) {
        long[] seeds = LongStream.range(0, count).toArray();
        int[] chosen = labels.length == 0 ? null : IntStream.range(0, count).map(i -> labels[i % labels.length]).toArray();
        double best = Double.MAX_VALUE;
        long begin = System.nanoTime();
        for (int i = 0; i <= REPEATED && (i < 2 || (System.nanoTime() - begin) * 1e-9 < SECONDS); i++) { // the first makes it warm
            long start = System.nanoTime();
            sampling.sample(seeds, chosen);
            best = i == 0 ? best : Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        line("sampling", "%d image%s: %.4f s%s", count, count == 1 ? "" : "s", best, unit);
        return best;
    }

    private void line(String name, String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%-12s " + format + "%n", prepend(name, values));
        out.flush();
    }

    private static Object[] prepend(Object first, Object[] rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static String names(List<BlockType> blocks) {
        return blocks.toString().toLowerCase(Locale.ROOT);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
