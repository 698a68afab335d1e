package io.bootdistill.examples;

import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.ImageShape;
import java.nio.file.Path;
import java.util.Arrays;

/** A .safetensors file with a tensor {@code noise} for samples to start from. */
final class NoiseFile {

    private NoiseFile() {}

    /** The noise of at least one sample; refuses that of another shape, and what is not finite. */
    static float[] read(Path file, ImageShape shape) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            int[] found = tensors.shape("noise");
            int[] image = {shape.channels(), shape.height(), shape.width()};
            if (found.length != 4 || found[0] < 1 || !Arrays.equals(Arrays.copyOfRange(found, 1, 4), image)) {
                throw new Failure(file + ": tensor noise has shape " + Arrays.toString(found) + ", must be [N, "
                        + shape.channels() + ", " + shape.height() + ", " + shape.width() + "] for this model");
            }
            if (!tensors.dtype("noise").isFloating()) {
                throw new Failure(file + ": tensor noise has dtype " + tensors.dtype("noise") + ", must be a float type");
            }
            tensors.requireFinite();
            return tensors.floats("noise");
        }
    }
}
