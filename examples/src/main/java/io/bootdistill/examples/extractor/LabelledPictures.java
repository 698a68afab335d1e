package io.bootdistill.examples.extractor;

import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Pictures and what is true of them.
 *
 * @param shape of a picture
 * @param images [n][channels][height][width], in [−1, 1]
 * @param classes the right answer to each question, [question][n]
 */
public record LabelledPictures(ImageShape shape, float[] images, int[][] classes) {

    public LabelledPictures {
        for (int[] answers : classes) {
            if (images.length != Math.multiplyExact(answers.length, shape.size())) {
                throw new IllegalArgumentException("images has " + images.length + " values, must be " + answers.length
                        + " times " + shape.size() + " (" + shape + ")");
            }
        }
    }

    int count() {
        return images.length / shape.size();
    }

    /** These pictures and behind them the same in another guise, of which the same is true. */
    LabelledPictures and(float[] guise) {
        float[] both = Arrays.copyOf(images, images.length + guise.length);
        System.arraycopy(guise, 0, both, images.length, guise.length);
        int[][] twice = Arrays.stream(classes)
                .map(answers -> IntStream.concat(Arrays.stream(answers), Arrays.stream(answers)).toArray())
                .toArray(int[][]::new);
        return new LabelledPictures(shape, both, twice);
    }
}
