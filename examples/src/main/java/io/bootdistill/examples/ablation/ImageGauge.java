package io.bootdistill.examples.ablation;

import static io.bootdistill.examples.ablation.Measure.Order.LESS;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.examples.ruler.Figures;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.HeldOutSamples.Progress;
import io.bootdistill.examples.ruler.HeldOutSamples;
import io.bootdistill.examples.ruler.PairedFigures;
import io.bootdistill.examples.ruler.Ruler;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures models of images, by labels or without: against the teacher's, and against test images where there are some. */
public final class ImageGauge implements Gauge {

    private static final Measure FRECHET = Measure.of("frechet", "Fréchet distance", 3).ranked(LESS);
    private static final Measure FRECHET_4 = Measure.of("frechet_4", "Fréchet distance, 4 steps", 3);
    private static final Measure PRECISION = Measure.of("precision", "precision", 3);
    private static final Measure RECALL = Measure.of("recall", "recall", 3);
    private static final Measure ACCURACY = Measure.percent("accuracy", "class accuracy");
    private static final Measure RMSE = Measure.of("paired_rmse", "paired RMSE", 4).ranked(LESS);
    private static final Measure PSNR = Measure.of("psnr", "PSNR, dB", 2);
    private static final Measure LEAST = Measure.of("least_diversity", "least diversity of a class", 3);
    private static final Measure MOST = Measure.of("most_diversity", "greatest", 3);

    /** Steps of students that can take several. */
    private static final int FEW = 4;

    private final int heldOut;
    private final int[] labels;
    private final GuidanceConfig guidance;
    private final int nullLabel;
    private final Ruler ruler;
    private float[] reference;

    /**
     * @param heldOut noises of the paired figures
     * @param labels that they take in turn
     * @param guidance that the teacher is sampled with
     * @param nullLabel the teacher's
     * @param ruler closed with the gauge; null where there are no images to compare with
     */
    public ImageGauge(int heldOut, int[] labels, GuidanceConfig guidance, int nullLabel, Ruler ruler) {
        this.heldOut = heldOut;
        this.labels = labels;
        this.ruler = ruler;
        this.guidance = guidance;
        this.nullLabel = nullLabel;
    }

    @Override
    public List<Measure> measures() {
        return List.of(FRECHET, FRECHET_4, PRECISION, RECALL, ACCURACY, RMSE, PSNR, LEAST, MOST);
    }

    /** The paired RMSE is in a run's own metrics. */
    @Override
    public List<Measure> onTheWay() {
        return ruler == null ? List.of() : List.of(FRECHET);
    }

    @Override
    public Measure diversity() {
        return LEAST;
    }

    @Override
    public String words() {
        return String.format(Locale.ROOT, "Paired figures on %,d held-out noises, against the teacher's %d steps.",
                heldOut, TeacherRows.REFERENCE);
    }

    @Override
    public int heldOut() {
        return heldOut;
    }

    /** A student of other guidance is compared with its run's own reference. */
    @Override
    public GuidanceConfig guided(GuidanceConfig config) {
        return guidance;
    }

    @Override
    public Measured teacher(Teacher teacher, GuidanceConfig guided, int steps, Progress progress) {
        float[] samples = sample(generator(teacher, steps), count(), progress);
        if (reference == null) {
            reference = steps == TeacherRows.REFERENCE
                    ? Arrays.copyOf(samples, heldOut * teacher.shape().size())
                    : sample(generator(teacher, TeacherRows.REFERENCE), heldOut, progress);
        }
        return measured(samples, values(samples, reference), teacher.shape());
    }

    private static Measured measured(float[] samples, Map<String, Double> values, ImageShape shape) {
        return Measured.of(values, samples, shape.channels(), shape.height(), shape.width());
    }

    private Generator generator(Teacher teacher, int steps) {
        int away = guidance.negativeLabel() >= 0 ? guidance.negativeLabel() : nullLabel;
        Guidance asked = guidance.isGuided()
                ? new Guidance(guidance.range().middle(), away, guidance.interval(), guidance.rescale()) : null;
        return Sampler.reference(teacher, steps).withGuidance(asked).withSchedulerLimits()::sample;
    }

    @Override
    public Measured student(Student student, DistillationConfig config, Progress progress) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(config.output().folder().resolve(AblationRun.REFERENCE))) {
            float[] samples = sample(student::sample, count(), progress);
            Map<String, Double> values = values(samples, PairedError.clamp(file.floats("sample")));
            if (ruler != null && student.mostSteps() >= FEW) {
                values.put(FRECHET_4.key(), ruler.frechet(sample((seeds, labels) -> student.sample(
                        SampleRequest.ofSeeds(seeds).withLabels(labels).withSteps(FEW)), count(), progress)));
            }
            return measured(samples, values, student.shape());
        }
    }

    @Override
    public Map<String, Double> onTheWay(Student student, DistillationConfig config, Progress progress) {
        return Map.of(FRECHET.key(), ruler.frechet(sample(student::sample, count(), progress)));
    }

    /** Samples of the held-out noises, or as many as the ruler wants. */
    private int count() {
        return Math.max(heldOut, ruler == null ? 0 : ruler.count());
    }

    private float[] sample(Generator model, int count, Progress progress) {
        return HeldOutSamples.of(model, labels, count, progress);
    }

    private Map<String, Double> values(float[] samples, float[] against) {
        Map<String, Double> values = new LinkedHashMap<>();
        if (ruler != null) {
            Figures figures = ruler.measure(samples);
            values.put(FRECHET.key(), figures.frechet());
            values.put(PRECISION.key(), figures.precision());
            values.put(RECALL.key(), figures.recall());
            values.put(ACCURACY.key(), figures.accuracy());
        }
        PairedFigures paired = PairedFigures.of(samples, against, heldOut, labels.length);
        values.put(RMSE.key(), paired.rmse());
        values.put(PSNR.key(), paired.psnr());
        values.put(LEAST.key(), paired.leastDiversity());
        values.put(MOST.key(), paired.mostDiversity());
        return values;
    }

    @Override
    public void close() {
        if (ruler != null) {
            ruler.close();
        }
    }
}
