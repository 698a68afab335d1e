package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.unet.ConditionalUNet;

/**
 * What super-resolution reads besides a prompt: a smaller picture, brought to the size of the one that is drawn and noised to a
 * level √ᾱ·z + √(1 − ᾱ)·ε, and the level (Ho et al. 2022, arXiv 2106.15282, §3).
 */
final class Enlargement {

    /** A component of the folder. */
    private static final String NOISING = "image_noising_scheduler";

    private static final int USUAL_LEVEL = 250;

    /** The draw of a seed for this noise: the picture's own is 0, those of steps follow it. */
    static final int DRAW = 1 << 20;

    private final double[] alphasCumprod;

    Enlargement(PipelineFolder folder) {
        alphasCumprod = folder.scheduler(NOISING).alphasCumprod();
    }

    /** Refuses pictures that do not fit what is drawn: [channels][height][width]. */
    void require(DrawRequest request, ImageShape drawn) {
        ImageShape given = request.imageShape();
        Checks.that(given != null, "images", "missing", "given: this teacher enlarges pictures, those of the stage before it");
        Checks.that(given.channels() == drawn.channels() && given.height() <= drawn.height() && given.width() <= drawn.width(),
                "the shape of an image", given, "at most " + drawn + ", that of what is drawn");
        int count = request.images().length / given.size();
        Checks.that(count == request.count() || count == request.prompts().size(), "the number of images", count,
                request.prompts().size() == request.count() ? request.count() + ", one for each prompt"
                        : request.prompts().size() + ", one for each prompt, or " + request.count() + ", one for each picture");
        Checks.range("noise level", level(request), 0, alphasCumprod.length - 1);
    }

    private static int level(DrawRequest request) {
        return request.noiseLevel().orElse(USUAL_LEVEL);
    }

    void writeLevel(DrawRequest request, Parts shape, float[] target) {
        target[shape.offset(ConditionalUNet.CLASS)] = level(request);
    }

    /** Writes the image of a drawn picture, [pixel][channel]. */
    void writeImage(DrawRequest request, int picture, Parts shape, ImageShape drawn, float[] target) {
        ImageShape given = request.imageShape();
        int count = request.images().length / given.size();
        int from = picture / (request.count() / count) * given.size();
        double share = alphasCumprod[level(request)];
        float alpha = (float) Math.sqrt(share);
        float sigma = (float) Math.sqrt(1 - share);
        int at = shape.offset(ConditionalUNet.IMAGE);
        long seed = request.seed(picture);
        for (int channel = 0; channel < drawn.channels(); channel++) {
            for (int row = 0; row < drawn.height(); row++) {
                for (int column = 0; column < drawn.width(); column++) {
                    float z = sample(request.images(), from + channel * given.pixels(), given, row, column, drawn);
                    int pixel = row * drawn.width() + column;
                    float noise = Philox.normal(seed, DRAW, (long) channel * drawn.pixels() + pixel);
                    target[at + pixel * drawn.channels() + channel] = alpha * z + sigma * noise;
                }
            }
        }
    }

    /** Bilinear, the corners on each other; rounded as the stock pipeline does it. */
    private static float sample(float[] plane, int from, ImageShape small, int row, int column, ImageShape large) {
        float y = place(row, small.height(), large.height());
        float x = place(column, small.width(), large.width());
        int top = (int) y;
        int left = (int) x;
        int below = Math.min(top + 1, small.height() - 1) * small.width();
        int right = Math.min(left + 1, small.width() - 1);
        float v = y - top;
        float u = x - left;
        int above = top * small.width();
        return (1 - v) * ((1 - u) * plane[from + above + left] + u * plane[from + above + right])
                + v * ((1 - u) * plane[from + below + left] + u * plane[from + below + right]);
    }

    private static float place(int index, int small, int large) {
        return large == 1 ? 0 : Math.min(index * ((float) (small - 1) / (large - 1)), small - 1);
    }
}
