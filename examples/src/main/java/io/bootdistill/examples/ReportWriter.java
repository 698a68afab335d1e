package io.bootdistill.examples;

import io.bootdistill.HeldOut;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.TrajectoryError;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.examples.report.ConfigValues;
import io.bootdistill.examples.report.RunMetrics;
import io.bootdistill.examples.report.RunReport.Sampled;
import io.bootdistill.examples.report.RunReport.TrajectoryCurve;
import io.bootdistill.examples.report.RunReport;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.HeldOutSamples;
import io.bootdistill.examples.ruler.Ruler;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.run.RunFolder;
import io.bootdistill.metric.PairedError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Samples the teacher and the student of a run on the same held-out noises, times them, and writes the run's report. */
final class ReportWriter {

    /** The name of the report in a run's folder. */
    static final String FILE = "report.html";

    private static final int[] STEPS = {50, 10, 4, 1};

    /** Noises of a pipeline, whose network is larger. */
    private static final int MOST_OF_PIPELINE = 40;
    private static final int TRIES = 5;
    private static final int WARM_UP = 32;
    private static final int TIMED = 64;

    /** Of the trajectory error: a few noises say where it arises. */
    private static final int TRAJECTORIES = 32;
    private static final int SOLVER_STEPS = 50;

    private final Path run;
    private final DistillationConfig config;
    private final Teacher teacher;
    private final Student student;
    private final Guidance guidance;
    private final ReportModels models;
    private final int noises;
    private final Runnable goingOn;

    /**
     * @param student with its time input
     * @param noises that the pictures and the table are of
     * @param goingOn called between the samples; what it throws ends the report
     */
    ReportWriter(Path run, Teacher teacher, Student student, int noises, Runnable goingOn) throws IOException {
        this.run = run;
        this.teacher = teacher;
        this.student = student;
        this.goingOn = goingOn;
        this.noises = teacher.isPipeline() ? Math.min(noises, MOST_OF_PIPELINE) : noises;
        config = DistillationConfig.read(run.resolve("config.json"));
        guidance = guidance();
        models = teacher.isPipeline()
                ? new PipelineModels(teacher, student, RunFolder.open(run).readPrompts(), config.guidance())
                : ReportModels.ofImages(teacher, student, config, guidance);
    }

    private Guidance guidance() {
        if (!config.guidance().isGuided() || teacher.readsPrompts()) {
            return null;
        }
        int away = config.guidance().negativeLabel();
        return new Guidance(student.guidance().middle(), away >= 0 ? away : student.nullLabel(), config.guidance().interval(),
                config.guidance().rescale());
    }

    /** Writes the report; {@code ruler} is null for one without the figures of images. */
    void write(Path file, Ruler ruler) throws IOException {
        RunReport report = new RunReport(
                run.toAbsolutePath().normalize().getFileName().toString(), RunMetrics.read(run.resolve(RunMetrics.FILE)),
                ConfigValues.of(config), models.picture(), models.rows(), sampled(), trajectory(),
                ruler == null ? null : ruler.measure(
                        HeldOutSamples.of(student::sample, Ruler.labels(), ruler.count(), (done, total) -> {})));
        String html = report.html();
        AtomicFiles.writeFile(file, temporary -> Files.writeString(temporary, html));
    }

    // ---- samples

    private List<Sampled> sampled() {
        List<Sampled> all = new ArrayList<>();
        float[] reference = null;
        for (int steps : STEPS) {
            Sampled one = sample("teacher " + steps + (steps == 1 ? " step" : " steps"), models.calls(steps),
                    models.teacher(steps), steps == config.evaluation().referenceSteps() ? runReference() : null, reference);
            reference = reference == null ? one.samples() : reference;
            all.add(one);
        }
        all.add(sample("student 1 step", 1, models.student(), null, reference));
        return all;
    }

    /** What the run was measured against; null where it has too few. */
    private float[] runReference() {
        Path file = run.resolve("reference.safetensors");
        int length = noises * teacher.shape().size();
        if (!Files.exists(file) || teacher.isPipeline()) { // whose rows are fewer
            return null;
        }
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            float[] samples = tensors.floats("sample");
            return samples.length < length ? null : Arrays.copyOf(PairedError.clamp(samples), length);
        }
    }

    /** Samples and times a model; where its samples are known, a few are enough for the time. */
    private Sampled sample(String name, int calls, Generator model, float[] known, float[] reference) {
        long[] seeds = HeldOut.seeds(noises);
        int[] chosen = HeldOutSamples.labels(models.labels(), 0, noises);
        double alone = Double.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            alone = Math.min(alone, millis(model, seeds, chosen, 1));
        }
        millis(model, seeds, chosen, Math.min(noises, WARM_UP)); // the first makes plans
        double each = millis(model, seeds, chosen, Math.min(noises, TIMED)) / Math.min(noises, TIMED);
        float[] samples = known != null ? known : HeldOutSamples.of(model, models.labels(), noises, (done, total) -> goingOn.run());
        double rmse = reference == null ? Double.NaN : PairedError.rmse(samples, reference);
        return new Sampled(name, calls, samples, rmse, each, alone, models.shown(samples));
    }

    private double millis(Generator model, long[] seeds, int[] labels, int count) {
        goingOn.run();
        long start = System.nanoTime();
        model.sample(Arrays.copyOf(seeds, count), labels == null ? null : Arrays.copyOf(labels, count));
        return (System.nanoTime() - start) * 1e-6;
    }

    // ---- the way

    /** Null where {@link TrajectoryError} means nothing. */
    private TrajectoryCurve trajectory() {
        if (!TrajectoryTimes.areLearnt(config, teacher) || teacher.isPipeline() && !teacher.readsPrompts()) {
            return null;
        }
        double[] times = TrajectoryTimes.of(teacher.schedule());
        if (models instanceof PipelineModels pipeline) {
            return new TrajectoryCurve(times, pipeline.trajectoryErrors());
        }
        int count = Math.min(noises, TRAJECTORIES);
        SampleRequest request =
                SampleRequest.ofSeeds(HeldOut.seeds(count)).withLabels(HeldOutSamples.labels(models.labels(), 0, count));
        return new TrajectoryCurve(times, TrajectoryError.of(student, teacher, guidance, request, times, SOLVER_STEPS));
    }
}
