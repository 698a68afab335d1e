package io.bootdistill;

import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.StudentWorkers;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a student is asked to draw, made into noise and conditions for it, in portions. */
final class StudentDrawing {

    /** Pictures whose conditions are held at a time. */
    private static final int PORTION = 64;

    private final StudentModel student;
    private final @Nullable Pipeline pipeline;
    private final StudentWorkers workers;
    private final @Nullable Enlargement enlargement;
    private final DrawRequest request;
    private final ImageShape picture;

    /** @param pipeline null for a student of pixels that are drawn without more */
    StudentDrawing(StudentModel student, @Nullable Pipeline pipeline, StudentWorkers workers, DrawRequest request) {
        this.student = student;
        this.pipeline = pipeline;
        this.workers = workers;
        this.request = Checks.notNull("request", request);
        boolean prompts = pipeline != null && pipeline.readsPrompts();
        Checks.that(prompts || request.prompts().isEmpty(), "prompts", request.prompts(),
                "left out: this student draws no prompts");
        Checks.that(!prompts || !request.prompts().isEmpty(), "prompts", "missing", "given: this student draws from prompts");
        Checks.that(request.negative().isEmpty(), "negative", request.negative(),
                "left out: what guidance leads away from became part of the student when it was distilled");
        enlargement = pipeline != null ? pipeline.enlargement()
                : Enlargement.of(student.model().graph().network(), student.scheduler());
        Checks.that(enlargement != null || request.imageShape() == null && request.noiseLevel().isEmpty(), "images", "given",
                "left out: this student enlarges no pictures");
        if (enlargement != null) {
            enlargement.require(request, student.shape());
            Checks.that(request.labels() == null, "labels", Arrays.toString(request.labels()),
                    "left out: this student draws whatever the smaller pictures show");
        }
        int n = request.count();
        long values = (long) n * student.shape().size();
        Checks.that(request.noise() == null || request.noise().length == values, "the noise",
                request.noise() == null ? null : request.noise().length + " values", values + ", of the " + n + " pictures asked for");
        picture = pipeline == null ? student.shape() : pipeline.picture(student.shape());
        Checks.that(request.width() == 0 || request.width() == picture.width() && request.height() == picture.height(), "the size",
                request.width() + "x" + request.height(), picture.width() + "x" + picture.height() + ", that of the student");
    }

    /** What the student makes of all portions, [pictures][channels][height][width]. */
    float[] run(Function<SampleRequest, float[]> student) {
        int size = this.student.shape().size();
        float[] all = new float[Math.multiplyExact(request.count(), size)];
        for (int from = 0; from < request.count(); from += PORTION) {
            float[] part = student.apply(part(from));
            System.arraycopy(part, 0, all, from * size, part.length);
        }
        return all;
    }

    /** The pictures from one on, at most {@link #PORTION}. */
    private SampleRequest part(int from) {
        int to = Math.min(request.count(), from + PORTION);
        int size = student.shape().size();
        long[] seeds = IntStream.range(from, to).mapToLong(request::seed).toArray();
        SampleRequest part = (request.noise() == null ? SampleRequest.ofSeeds(seeds)
                : SampleRequest.ofNoise(Arrays.copyOfRange(request.noise(), from * size, to * size)).withSeeds(seeds))
                .withSteps(request.steps().orElse(1)).withSampler(request.sampler());
        return conditioned(request.guidance().isPresent() ? part.withGuidance(request.guidance().getAsDouble()) : part, from, to);
    }

    private SampleRequest conditioned(SampleRequest part, int from, int to) {
        if (request.labels() != null) {
            return part.withLabels(IntStream.range(from, to).map(i -> request.labels()[i / request.each()]).toArray());
        }
        if (request.prompts().isEmpty() && enlargement == null) {
            return part;
        }
        int floats = student.condition().floats();
        float[] conditions = new float[Math.multiplyExact(to - from, floats)];
        if (!request.prompts().isEmpty()) {
            writePrompts(from, to, conditions);
        }
        for (int i = from; i < to && enlargement != null; i++) {
            enlargement.write(request, i, (Parts) student.condition(), student.shape(), conditions, (i - from) * floats);
        }
        return part.withConditions(conditions);
    }

    private void writePrompts(int from, int to, float[] conditions) {
        List<String> asked = IntStream.range(from, to).mapToObj(i -> request.prompts().get(i / request.each())).toList();
        List<String> different = new ArrayList<>(new LinkedHashSet<>(asked));
        float[] encoded = workers.whileOpen(() -> pipeline.encoded(different, picture));
        int floats = encoded.length / different.size();
        for (int i = 0; i < asked.size(); i++) {
            System.arraycopy(encoded, different.indexOf(asked.get(i)) * floats, conditions, i * floats, floats);
        }
    }
}
