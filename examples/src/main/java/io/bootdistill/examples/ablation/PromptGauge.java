package io.bootdistill.examples.ablation;

import static io.bootdistill.examples.ablation.Measure.Order.LESS;
import static io.bootdistill.examples.ablation.Measure.Order.MORE;

import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.examples.ruler.HeldOutPrompts;
import io.bootdistill.examples.ruler.HeldOutSamples.Progress;
import io.bootdistill.examples.ruler.PromptBench.Drawn;
import io.bootdistill.examples.ruler.PromptBench;
import io.bootdistill.examples.ruler.PromptGuidance;
import io.bootdistill.examples.ruler.PromptModel;
import io.bootdistill.examples.ruler.PromptRow;
import io.bootdistill.examples.ruler.PromptRuler;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures models that draw from prompts: against the teacher's steps that are guided as the student was distilled for, and by what
 * the pictures show.
 */
public final class PromptGauge implements Gauge {

    private static final Measure FRECHET = Measure.of("frechet", "Fréchet distance", 2).ranked(LESS);
    private static final Measure CONCEPT = Measure.percent("concept", "concept");
    private static final Measure STYLE = Measure.percent("style", "style");
    private static final Measure GROUND = Measure.percent("ground", "ground");
    private static final Measure FAITHFULNESS = Measure.percent("faithfulness", "faithfulness").ranked(MORE);
    private static final Measure FRECHET_4 = Measure.of("frechet_4", "Fréchet distance, 4 steps", 2);
    private static final Measure LATENT_RMSE = Measure.of("latent_rmse", "RMSE of latents", 4);
    private static final Measure PICTURE_RMSE = Measure.of("picture_rmse", "RMSE of pictures", 4).ranked(LESS);
    private static final Measure DIVERSITY = Measure.of("diversity", "diversity", 3);
    private static final Measure LEAST = Measure.of("least_diversity", "least diversity of a prompt", 3);

    /** Steps of students that can take several. */
    private static final int FEW = 4;

    private final int count;
    private final ImageShape picture;
    private final double usual;
    private final String negative;
    private final PromptRuler ruler;

    /** Draws what is kept, for it takes long. */
    private final PromptBench teachers;

    private final PromptBench students;
    private final Map<GuidanceConfig, Drawn> references = new ConcurrentHashMap<>();

    /**
     * @param out the ablation's folder
     * @param teacher that decodes the latents of all models; not closed
     * @param usual guidance scale of a student that is told its scale, where it was distilled for that
     * @param count pictures of a model, at least 2
     * @param ruler closed with the gauge; null where nothing knows what pictures show
     */
    public PromptGauge(Path out, Teacher teacher, Prompts prompts, double usual, int count, PromptRuler ruler) {
        this.count = count;
        picture = teacher.picture(DrawRequest.ofCount(1));
        this.usual = usual;
        this.ruler = ruler;
        negative = prompts.negative();
        HeldOutPrompts heldOut = new HeldOutPrompts(prompts.heldOutPrompts()).shownBy(count);
        teachers = new PromptBench(teacher, heldOut, count, ruler, out.resolve(TeacherRows.FOLDER).resolve("latents"));
        students = new PromptBench(teacher, heldOut, count, ruler, null);
    }

    @Override
    public List<Measure> measures() {
        return List.of(FRECHET, FRECHET_4, CONCEPT, STYLE, GROUND, FAITHFULNESS, LATENT_RMSE, PICTURE_RMSE, DIVERSITY, LEAST);
    }

    @Override
    public List<Measure> onTheWay() {
        return List.of(FRECHET, FAITHFULNESS, PICTURE_RMSE);
    }

    /** The mean, since there are few pictures of a prompt. */
    @Override
    public Measure diversity() {
        return DIVERSITY;
    }

    @Override
    public String words() {
        return String.format(Locale.ROOT, "%,d pictures of held-out prompts, from the same noises for all. The teacher's steps"
                + " start from x̂ = α f(ε) + σ ε, as those that students learn from; where no guidance is said, it is the"
                + " default's. RMSE and diversity of a student are against %d of them with the guidance that it was distilled for, so that they"
                + " compare recipes of the same guidance alone; Fréchet distance and faithfulness, the share of pictures that show"
                + " all that their prompt says, compare all. A student that is told its guidance is told %s where it was distilled"
                + " for that.", count, TeacherRows.REFERENCE, TeacherRows.number(usual));
    }

    /** All is measured here, on the same prompts. */
    @Override
    public int heldOut() {
        return 0;
    }

    @Override
    public GuidanceConfig guided(GuidanceConfig config) {
        boolean hasUsual = config.range().least() <= usual && usual <= config.range().most();
        double scale = hasUsual ? usual : config.range().middle();
        GuidanceConfig one = GuidanceConfig.defaults().withRange(new GuidanceRange(scale, scale));
        return one.isGuided() ? one.withInterval(config.interval()).withRescale(config.rescale()) : one;
    }

    @Override
    public Measured teacher(Teacher teacher, GuidanceConfig guided, int steps, Progress progress) throws IOException {
        Drawn reference = drawn(teacher, guided, TeacherRows.REFERENCE, progress);
        Drawn drawn = drawn(teacher, guided, steps, progress);
        return measured(drawn, values(teachers.measure(drawn, reference)));
    }

    private Measured measured(Drawn drawn, Map<String, Double> values) {
        return Measured.of(values, drawn.pictures(), picture.channels(), picture.height(), picture.width());
    }

    private Drawn drawn(Teacher teacher, GuidanceConfig guided, int steps, Progress progress) throws IOException {
        return teachers.draw(TeacherRows.name(steps, TeacherRows.words(guided)),
                PromptModel.reference(teacher, steps, PromptGuidance.of(guided, negative)), progress);
    }

    @Override
    public Measured student(Student student, DistillationConfig config, Progress progress) throws IOException {
        Drawn drawn = draw(student, config, 1, progress);
        Map<String, Double> values = values(students.measure(drawn, reference(guided(config.guidance()), progress)));
        if (student.mostSteps() >= FEW) {
            values.put(FRECHET_4.key(), students.measure(draw(student, config, FEW, progress), drawn).shown().frechet());
        }
        return measured(drawn, values);
    }

    private Drawn draw(Student student, DistillationConfig config, int steps, Progress progress) throws IOException {
        double scale = guided(config.guidance()).range().middle();
        return students.draw("student", PromptModel.of(student, scale, steps, null), progress);
    }

    /** What the teacher has drawn before; two runs may read it at once. */
    private Drawn reference(GuidanceConfig guided, Progress progress) throws IOException {
        Drawn known = references.get(guided);
        if (known == null) {
            known = teachers.draw(TeacherRows.name(TeacherRows.REFERENCE, TeacherRows.words(guided)), (prompts, seeds) -> {
                throw new IllegalStateException("the teacher's latents of " + TeacherRows.words(guided)
                        + " are missing: delete the ablation's folder " + TeacherRows.FOLDER + ", and they are drawn again");
            }, progress);
            references.put(guided, known);
        }
        return known;
    }

    @Override
    public Map<String, Double> onTheWay(Student student, DistillationConfig config, Progress progress) throws IOException {
        return values(students.measure(draw(student, config, 1, progress), reference(guided(config.guidance()), progress)));
    }

    private static Map<String, Double> values(PromptRow row) {
        PromptFaithfulness shown = row.shown().faithfulness();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(FRECHET.key(), row.shown().frechet());
        values.put(CONCEPT.key(), shown.concept());
        values.put(STYLE.key(), shown.style());
        values.put(GROUND.key(), shown.ground());
        values.put(FAITHFULNESS.key(), shown.all());
        values.put(LATENT_RMSE.key(), row.latentRmse());
        values.put(PICTURE_RMSE.key(), row.pictureRmse());
        values.put(DIVERSITY.key(), row.diversity());
        values.put(LEAST.key(), row.leastDiversity());
        return values;
    }

    @Override
    public void close() {
        if (ruler != null) {
            ruler.close();
        }
    }
}
