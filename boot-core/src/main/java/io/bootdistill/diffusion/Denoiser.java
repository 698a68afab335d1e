package io.bootdistill.diffusion;

import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;

/**
 * A pretrained denoiser: a prediction f(x, t, c) of the clean image x₀ from a noisy one.
 *
 * <p>Anything that can predict x₀ can be a teacher: implement {@link #shape}, {@link #schedule}, {@link #condition} and
 * {@link #predict}, and give the distiller the student's network. Those of model folders are networks on a device, which
 * {@code Teacher.load} reads.
 */
public interface Denoiser extends AutoCloseable {

    /** Shape of an image. */
    ImageShape shape();

    NoiseSchedule schedule();

    /** What it is conditioned on. */
    default ConditionShape condition() {
        return new ConditionShape.None();
    }

    /** The label that stands for no condition; −1 where there is none. */
    default int nullLabel() {
        return -1;
    }

    /**
     * Predicts x₀ for n samples. May be called from several threads at once.
     *
     * @param x states, [n][channels][height][width], not to be changed
     * @param t time of each sample, in [0, 1]
     * @param condition {@link ConditionShape#floats()} values per sample
     * @param f written, like x
     */
    void predict(int n, float[] x, double[] t, float[] condition, float[] f);

    @Override
    default void close() {}
}
