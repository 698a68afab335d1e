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
import io.bootdistill.network.Network;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The stage before one that enlarges: a student, whose pictures that one is distilled on, never those of a file. They are drawn once,
 * clamped and kept as bytes; those of a run depend on its seed alone.
 *
 * @param student that draws them, of noise alone; not closed
 * @param count of them, at least 1
 */
record StagePictures(Student student, int count) {

    /** Pictures of a run, unless it is said: a student of 64,000 trajectories sees each four times, noised otherwise each time. */
    static final int USUAL = 16_384;

    /** That are drawn at once. */
    private static final int PORTION = 1024;

    StagePictures {
        Checks.notNull("the student of the stage before", student);
        Checks.range("the number of its pictures", count, 1, 1 << 20);
        Checks.that((long) count * student.picture().size() <= Integer.MAX_VALUE - 8, "the number of its pictures", count,
                "at most " + (Integer.MAX_VALUE - 8) / student.picture().size() + " of " + student.picture());
    }

    /**
     * Refuses a network that does not enlarge its pictures.
     *
     * @param prompts whether the run has some
     */
    void require(Network network, boolean prompts) {
        boolean drawsAlone = student.condition() instanceof ConditionShape.None || student.condition() instanceof ConditionShape.Label;
        Checks.that(prompts ? student.readsPrompts() && !Enlargement.isPartOf(student.condition()) : drawsAlone,
                "the condition of the stage before", student.condition(), (prompts ? "that of prompts"
                        : "none or labels") + ": it draws the first pictures, of noise alone");
        Checks.that(Enlargement.isPartOf(network.condition()), "the stage before", "given",
                "left out: this teacher enlarges no pictures");
        Enlargement.requireFitting(student.picture(), network);
    }

    /** What identifies it. */
    String key() {
        return TeacherKey.of(student.resolved().model(), student.resolved().scheduler()) + " " + count;
    }

    /**
     * Draws the pictures of a run, and makes what draws the conditions of samples of them.
     *
     * @param prompts null where there are none
     * @param shape what a sample carries
     */
    ConditionSource source(@Nullable Prompts prompts, NoiseConditioning conditioning, Parts shape, long seed) {
        if (prompts == null) {
            return new SmallerImages(draw(seed, count, i -> null), conditioning, shape);
        }
        int each = Math.max(1, count / prompts.all().size());
        ImageSource pictures = draw(seed, each * prompts.all().size(), i -> prompts.all().get(i / each));
        return new StagePrompts(prompts, new SmallerImages(pictures, conditioning, shape), each);
    }

    /** @param prompts that of each picture; null where there are none */
    private ImageSource draw(long seed, int count, IntFunction<@Nullable String> prompts) {
        ImageShape shape = student.picture();
        byte[] pixels = new byte[Math.multiplyExact(count, shape.size())];
        for (int from = 0; from < count; from += PORTION) {
            float[] drawn = student.pixels(request(seed, from, Math.min(count, from + PORTION), prompts));
            for (int i = 0; i < drawn.length; i++) {
                pixels[from * shape.size() + i] = (byte) Math.round((Math.max(-1, Math.min(1, drawn[i])) + 1) * 127.5f);
            }
        }
        return InMemoryImages.of(shape, pixels, null);
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
