package io.bootdistill.examples;

import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.format.ImageFolder;
import io.bootdistill.format.LabelledImages;
import io.bootdistill.network.ImageShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The images of a folder, PNG or IDX files.
 *
 * @param classes number of classes; 0 for none
 * @param small the shape of the smaller pictures that they are drawn of; null where they are drawn of noise alone
 */
record TrainingImages(ImageSource source, int classes, @Nullable ImageShape small) {

    private static final String IDX = "train-images-idx3-ubyte";

    /**
     * Reads a folder.
     *
     * @param frame pixels around those of IDX files
     * @param upscaleFrom rows of the smaller pictures; null for none
     */
    static TrainingImages read(Path folder, int frame, @Nullable Integer upscaleFrom) {
        TrainingImages images = read(folder, frame);
        if (upscaleFrom == null) {
            return images;
        }
        ImageShape shape = images.source.shape();
        boolean fits = upscaleFrom >= 1 && upscaleFrom < shape.height() && shape.height() % upscaleFrom == 0
                && shape.width() % (shape.height() / upscaleFrom) == 0;
        if (!fits) {
            throw new Failure("--upscale-from is " + upscaleFrom + ", must be the rows of smaller pictures: " + allowed(shape)
                    + " for images of " + shape + (shape.height() == 28 ? "; with --frame 2 they have 32" : ""));
        }
        int factor = shape.height() / upscaleFrom;
        return new TrainingImages(images.source, images.classes,
                new ImageShape(shape.channels(), upscaleFrom, shape.width() / factor));
    }

    private static String allowed(ImageShape shape) {
        return IntStream.rangeClosed(1, shape.height() - 1).filter(rows -> shape.height() % rows == 0
                && shape.width() % (shape.height() / rows) == 0).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }

    private static TrainingImages read(Path folder, int frame) {
        if (List.of(IDX, IDX + ".gz").stream().anyMatch(name -> Files.exists(folder.resolve(name)))) {
            LabelledImages idx = LabelledImages.read(folder, "train").padded(frame);
            ImageShape shape = new ImageShape(1, idx.height(), idx.width());
            return new TrainingImages(
                    InMemoryImages.of(shape, idx.images(), idx.labels()), 1 + Arrays.stream(idx.labels()).max().orElse(0), null);
        }
        if (frame > 0) {
            throw new Failure("--frame is " + frame + ", must be left out: " + folder + " holds no IDX files");
        }
        ImageFolder png = ImageFolder.read(folder);
        ImageShape shape = new ImageShape(png.channels(), png.height(), png.width());
        return new TrainingImages(InMemoryImages.of(shape, png.pixels(), png.labels()), png.classes().size(), null);
    }

    String description() {
        return source.count() + " of " + source.shape() + (classes == 0 ? "" : " in " + classes + " classes")
                + (small == null ? "" : ", enlarged from " + small);
    }
}
