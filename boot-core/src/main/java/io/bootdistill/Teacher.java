package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A pretrained denoiser: a prediction f(x, t, c) of the clean image x₀ from a noisy one.
 *
 * <p>{@link #load} reads one from a diffusers folder. Anything else that can predict x₀ can be a teacher, too: implement
 * {@link #shape}, {@link #schedule}, {@link #condition} and {@link #predict}, and give the distiller the student's network.
 */
public interface Teacher extends AutoCloseable {

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

    /**
     * Reads a teacher from a diffusers folder, nested ({@code unet/}, {@code scheduler/}) or flat, onto the best device.
     *
     * @throws IOException if a file cannot be read
     * @throws io.bootdistill.error.ModelFormatException if a file is damaged or holds something else
     * @throws IllegalArgumentException if the network or the scheduler is not supported, by name
     */
    static NetworkTeacher load(Path folder) throws IOException {
        return load(folder, Devices.best());
    }

    /** Reads a teacher onto the given device; it will be distilled there. */
    static NetworkTeacher load(Path folder, Device device) throws IOException {
        return NetworkTeacher.load(folder, device);
    }
}
