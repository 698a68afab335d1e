package io.bootdistill.examples;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.network.ImageShape;
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
    private final String negative;
    private final int[] labels;
    private final GuidanceConfig guidance;

    /**
     * @param prompts of the run; null for a teacher that reads none
     * @param guidance that was distilled
     */
    PipelineModels(Teacher teacher, Student student, Prompts prompts, GuidanceConfig guidance) {
        this.teacher = teacher;
        this.student = student;
        this.prompts = prompts == null ? List.of() : prompts.heldOutPrompts();
        this.guidance = guidance;
        negative = prompts == null ? "" : prompts.negative();
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
        return Sampler.reference(teacher, steps).evaluations() * (guidance.isGuided() ? 2 : 1);
    }

    @Override
    public Generator teacher(int steps) {
        return (seeds, rows) -> {
            DrawRequest request = request(seeds, rows).asReference(guidance.interval(), guidance.rescale())
                    .withSteps(steps).withGuidance(guidance.range().middle());
            return teacher.pixels(negative.isEmpty() ? request : request.withNegative(negative), null);
        };
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
