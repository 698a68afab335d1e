package io.bootdistill.internal.pipeline;

import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.UNet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What super-resolution reads besides a prompt: a smaller picture and the level of its noise, see {@link NoiseConditioning}. */
public final class Enlargement {

    /** A component of the folder. */
    private static final String NOISING = "image_noising_scheduler";

    /** Where nothing is said, and there are as many. */
    private static final int USUAL_LEVEL = 250;

    private final double[] alphasCumprod;
    private final @Nullable ImageShape small;

    /** @param small the shape of the smaller pictures; null where any that are no larger will do */
    private Enlargement(SchedulerConfig noising, @Nullable ImageShape small) {
        alphasCumprod = noising.alphasCumprod();
        this.small = small;
    }

    /** Of a pipeline, which has a scheduler for it. */
    static Enlargement of(PipelineFolder folder) {
        return new Enlargement(folder.scheduler(NOISING), null);
    }

    /**
     * Of a network that stands alone, whose own levels of noise are those of the smaller pictures; null where it does not enlarge.
     *
     * @param scheduler null where it has none
     */
    public static @Nullable Enlargement of(@Nullable Network network, @Nullable SchedulerConfig scheduler) {
        return network instanceof UNet unet && unet.small() != null && scheduler != null
                ? new Enlargement(scheduler, unet.small()) : null;
    }

    /** Whether a network with this condition enlarges smaller pictures. */
    public static boolean isPartOf(ConditionShape condition) {
        return condition instanceof Parts parts && parts.part(UNet.IMAGE) != null;
    }

    /** Which smaller pictures a network that enlarges takes, for messages. */
    public static String allowed(Network network) {
        return network instanceof UNet unet && unet.small() != null ? unet.small().toString() : "at most " + network.input();
    }

    /** Refuses a shape of smaller pictures that does not fit a network that enlarges. */
    public static void requireFitting(ImageShape given, Network network) {
        ImageShape small = network instanceof UNet unet ? unet.small() : null;
        requireFitting(given, small, network.input());
    }

    private static void requireFitting(ImageShape given, @Nullable ImageShape small, ImageShape drawn) {
        Checks.that(small == null || small.equals(given), "the shape of the smaller pictures", given,
                small + ", that which this model has learnt to enlarge");
        NoiseConditioning.requireFitting(given, drawn);
    }

    /** What a condition is without smaller pictures and their level. */
    public static Parts without(Parts shape) {
        return new Parts(shape.parts().stream()
                .filter(part -> !part.name().equals(UNet.CLASS) && !part.name().equals(UNet.IMAGE)).toList());
    }

    /** Refuses pictures that do not fit what is drawn: [channels][height][width]. */
    public void require(DrawRequest request, ImageShape drawn) {
        ImageShape given = request.imageShape();
        Checks.that(given != null, "images", "missing", "given: this model enlarges pictures, those of the stage before it");
        requireFitting(given, small, drawn);
        int count = request.images().length / given.size();
        int kinds = request.count() / request.each();
        Checks.that(count == request.count() || count == kinds, "the number of images", count,
                request.prompts().size() == request.count() ? request.count() + ", one for each prompt"
                        : (request.prompts().isEmpty() ? "1" : kinds + ", one for each prompt") + ", or " + request.count()
                                + ", one for each picture");
        Checks.range("noise level", level(request), 0, alphasCumprod.length - 1);
    }

    /** What noises the smaller pictures of drawn ones. */
    public NoiseConditioning conditioning(ImageShape drawn) {
        return new NoiseConditioning(alphasCumprod, drawn);
    }

    /** What identifies the levels. */
    public String key() {
        return "levels " + Arrays.hashCode(alphasCumprod);
    }

    private int level(DrawRequest request) {
        return request.noiseLevel().orElse(Math.min(USUAL_LEVEL, alphasCumprod.length - 1));
    }

    void writeLevel(DrawRequest request, Parts shape, float[] target, int offset) {
        target[offset + shape.offset(UNet.CLASS)] = level(request);
    }

    /** Writes the level and the image of a drawn picture into the floats of its condition, which begin at an offset. */
    public void write(DrawRequest request, int picture, Parts shape, ImageShape drawn, float[] target, int offset) {
        ImageShape given = request.imageShape();
        int count = request.images().length / given.size();
        int from = picture / (request.count() / count) * given.size();
        writeLevel(request, shape, target, offset);
        conditioning(drawn).write(request.images(), from, given, level(request), request.seed(picture), target,
                offset + shape.offset(UNet.IMAGE));
    }
}
