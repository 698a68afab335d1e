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

/**
 * The images of a folder, PNG or IDX files.
 *
 * @param classes number of classes; 0 for none
 */
record TrainingImages(ImageSource source, int classes) {

    private static final String IDX = "train-images-idx3-ubyte";

    static TrainingImages read(Path folder) {
        if (List.of(IDX, IDX + ".gz").stream().anyMatch(name -> Files.exists(folder.resolve(name)))) {
            LabelledImages idx = LabelledImages.read(folder, "train");
            ImageShape shape = new ImageShape(1, idx.height(), idx.width());
            return new TrainingImages(
                    InMemoryImages.of(shape, idx.images(), idx.labels()), 1 + Arrays.stream(idx.labels()).max().orElse(0));
        }
        ImageFolder png = ImageFolder.read(folder);
        ImageShape shape = new ImageShape(png.channels(), png.height(), png.width());
        return new TrainingImages(InMemoryImages.of(shape, png.pixels(), png.labels()), png.classes().size());
    }

    String description() {
        return source.count() + " of " + source.shape() + (classes == 0 ? "" : " in " + classes + " classes");
    }
}
