package io.bootdistill.examples;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.examples.ruler.HeldOutPrompts;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.examples.ruler.PromptGuidance;
import io.bootdistill.examples.ruler.PromptRuler;
import io.bootdistill.network.ImageShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A pipeline's teacher and student in a report: of held-out prompts, of classes, or of nothing. */
final class PipelineModels implements ReportModels {

    /** Prompts or classes that are shown. */
    private static final int MOST_ROWS = 10;

    private final Teacher teacher;
    private final Student student;
    private final List<String> prompts;
    private final int[] labels;
    private final PromptGuidance guidance;

    /**
     * @param prompts of the run; null for a teacher that reads none
     * @param guidance that was distilled
     */
    PipelineModels(Teacher teacher, Student student, Prompts prompts, GuidanceConfig guidance) {
        this.teacher = teacher;
        this.student = student;
        this.prompts = prompts == null ? List.of() : prompts.heldOutPrompts();
        this.guidance = PromptGuidance.of(guidance, prompts == null ? "" : prompts.negative());
        labels = prompts == null ? Arrays.stream(Labels.real(teacher.condition(), teacher.nullLabel())).limit(MOST_ROWS).toArray()
                : IntStream.range(0, Math.min(MOST_ROWS, this.prompts.size())).toArray();
    }

    @Override
    public ImageShape picture() {
        return student.picture();
    }

    @Override
    public List<String> rows() {
        return Arrays.stream(labels).mapToObj(row -> prompts.isEmpty() ? "class " + row : prompts.get(row)).toList();
    }

    @Override
    public int[] labels() {
        return labels;
    }

    @Override
    public int calls(int steps) {
        return Sampler.reference(teacher, steps).evaluations() * (guidance.scale() == 1 ? 1 : 2);
    }

    @Override
    public Generator teacher(int steps) {
        return (seeds, rows) -> teacher.pixels(guidance.reference(request(seeds, rows).withSteps(steps)), null);
    }

    @Override
    public PromptFaithfulness shown(float[] samples) {
        Path extractor = Boot.textExtractor();
        if (prompts.isEmpty() || !Files.exists(extractor)) {
            return null;
        }
        int count = samples.length / picture().size();
        List<String> drawn = new HeldOutPrompts(rows()).prompts(0, count);
        try (PromptRuler ruler = new PromptRuler(extractor, null, Devices.best())) {
            return ruler.misfit(picture(), drawn).isPresent() ? null : ruler.measure(samples, drawn).faithfulness();
        }
    }

    /** How far the student is from the teacher's path, at the times of {@link TrajectoryTimes}. */
    double[] trajectoryErrors() {
        return TrajectoryTimes.errors(student, teacher, guidance, prompts);
    }

    @Override
    public Generator student() {
        return (seeds, rows) -> student.pixels(request(seeds, rows));
    }

    private DrawRequest request(long[] seeds, int[] rows) {
        DrawRequest request = rows == null ? DrawRequest.ofCount(seeds.length)
                : prompts.isEmpty() ? DrawRequest.ofLabels(rows)
                : DrawRequest.ofPrompts(Arrays.stream(rows).mapToObj(prompts::get).toList());
        return request.withSeeds(seeds);
    }
}
