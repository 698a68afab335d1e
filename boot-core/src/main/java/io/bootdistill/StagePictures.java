package io.bootdistill;

import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.diffusion.SmallerImages;
import io.bootdistill.diffusion.StagePrompts;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.run.TeacherKey;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Stream;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The stage before one that enlarges: a student, on whose pictures that one is distilled, never those of a file. They are drawn
 * once, clamped and kept as bytes; those of a run depend on its seed alone.
 *
 * @param student that draws them, of noise alone; not closed
 * @param count of them, at least 1
 */
record StagePictures(Student student, int count) {

    /** Pictures of a run, unless it is said: a student of 64,000 trajectories sees each four times, noised otherwise each time. */
    static final int USUAL = 16_384;

    /** That are drawn at once, between two reports. */
    static final int PORTION = 64;

    StagePictures {
        Checks.notNull("the student of the stage before", student);
        Checks.range("the number of its pictures", count, 1, 1 << 20);
        Checks.that((long) count * student.picture().size() <= Integer.MAX_VALUE - 8, "the number of its pictures", count,
                "at most " + (Integer.MAX_VALUE - 8) / student.picture().size() + " of " + student.picture());
    }

    /** Told after each portion, and before the first; ends the drawing by an exception. */
    @FunctionalInterface
    interface Report {
        void drawn(int done, int total);
    }

    /**
     * Refuses a stage before that is missing, or does not fit.
     *
     * @param stage null where none is given
     * @param network of the run's student
     * @param enlargement null where the teacher has no levels of noise
     * @param source of the conditions; null for the default
     */
    static void require(
            @Nullable StagePictures stage, Network network, @Nullable Enlargement enlargement, @Nullable ConditionSource source) {
        boolean enlarges = Enlargement.isPartOf(network.condition());
        boolean isWhole = source != null && !(source instanceof Prompts);
        Checks.that(!enlarges || stage != null || isWhole, "the student of the stage before", "missing", "given by"
                + " cascade(student): this teacher enlarges pictures of " + Enlargement.allowed(network));
        if (stage != null) {
            Checks.that(!isWhole, "conditions", source, "left out with cascade(student), which draws them, or prompts");
            stage.require(network, source instanceof Prompts prompts ? prompts : null);
            Checks.that(enlargement != null, "the scheduler of the teacher", "missing", "there, for cascade(student)");
        }
    }

    private void require(Network network, @Nullable Prompts prompts) {
        ConditionShape condition = student.condition();
        boolean drawsAlone = condition instanceof ConditionShape.None || condition instanceof ConditionShape.Label;
        Checks.that(prompts != null ? student.readsPrompts() && !Enlargement.isPartOf(condition) : drawsAlone,
                "the condition of the stage before", condition, (prompts != null ? "that of prompts"
                        : "none or labels") + ": it draws the first pictures, of noise alone");
        Checks.that(Enlargement.isPartOf(network.condition()), "the stage before", "given",
                "left out: this teacher enlarges no pictures");
        Enlargement.requireFitting(student.picture(), network);
        Checks.that(prompts == null || prompts.all().size() <= count, "the number of prompts",
                prompts == null ? 0 : prompts.all().size(), "at most " + count + ", the pictures of the stage before");
    }

    /** What identifies it, and what its pictures become: the student, what decodes its latents, its scale, the levels of noise. */
    String key(Enlargement enlargement) {
        Model decoding = student.pipeline() == null ? null : student.pipeline().decoding();
        return String.join(" ", TeacherKey.of(student.resolved().model(), student.resolved().scheduler()),
                decoding == null ? "pixels" : TeacherKey.of(decoding, null), student.guidance().toString(), enlargement.key(),
                Integer.toString(count));
    }

    /**
     * Draws the pictures of a run, and makes what draws the conditions of samples of them.
     *
     * @param prompts no more than pictures; null where there are none
     * @param shape what a sample carries
     */
    ConditionSource source(@Nullable Prompts prompts, NoiseConditioning conditioning, Parts shape, long seed, Report report) {
        if (prompts == null) {
            return new SmallerImages(draw(seed, count, i -> null, report), conditioning, shape);
        }
        int each = count / prompts.all().size();
        ImageSource pictures = draw(seed, each * prompts.all().size(), i -> prompts.all().get(i / each), report);
        return new StagePrompts(prompts, new SmallerImages(pictures, conditioning, shape), each);
    }

    /** @param prompts that of each picture; null where there are none */
    private ImageSource draw(long seed, int count, IntFunction<@Nullable String> prompts, Report report) {
        ImageShape shape = student.picture();
        List<byte[]> pictures = new ArrayList<>(count);
        for (int from = 0; from < count; from += PORTION) {
            report.drawn(from, count);
            float[] drawn = student.pixels(request(seed, from, Math.min(count, from + PORTION), prompts));
            for (int first = 0; first < drawn.length; first += shape.size()) {
                byte[] pixels = new byte[shape.size()];
                for (int i = 0; i < pixels.length; i++) {
                    pixels[i] = (byte) Math.round((Math.max(-1, Math.min(1, drawn[first + i])) + 1) * 127.5f);
                }
                pictures.add(pixels);
            }
        }
        report.drawn(count, count);
        return InMemoryImages.of(shape, pictures, null);
    }

    private DrawRequest request(long seed, int from, int to, IntFunction<@Nullable String> prompts) {
        long[] seeds = new long[to - from];
        int[] labels = new int[seeds.length];
        int classes = student.condition() instanceof ConditionShape.Label label ? label.count() : 0;
        ConditionSource source = ConditionSource.labels(classes, student.nullLabel(), 0);
        float[] label = new float[1];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = Stream.STAGE.seed(seed, from + i);
            source.draw(Stream.STAGE_CONDITION.seed(seed, from + i), label, 0);
            labels[i] = (int) label[0];
        }
        DrawRequest request = prompts.apply(from) != null
                ? DrawRequest.ofPrompts(IntStream.range(from, to).mapToObj(prompts).map(String::valueOf).toList())
                : classes == 0 ? DrawRequest.ofCount(seeds.length) : DrawRequest.ofLabels(labels);
        return request.withSeeds(seeds);
    }
}
