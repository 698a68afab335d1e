package io.bootdistill.examples;

import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.format.ImageFolder;
import io.bootdistill.format.LabelledImages;
import io.bootdistill.internal.file.LeftOut;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.network.ImageShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of a folder, PNG, JPEG or IDX files.
 *
 * @param classes number of classes; 0 for none
 * @param names of the classes, in the order of their numbers; empty where they have none
 * @param small the shape of the smaller pictures that they are drawn of; null where they are drawn of noise alone
 * @param leftOut what was not read, a line for each kind
 */
record TrainingImages(
        ImageSource source, int classes, List<String> names, @Nullable ImageShape small, List<String> leftOut) {

    private static final String TRAINING = "train";
    private static final int MOST_NAMES = 10;

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
        return new TrainingImages(images.source, images.classes, images.names,
                new ImageShape(shape.channels(), upscaleFrom, shape.width() / factor), images.leftOut);
    }

    private static String allowed(ImageShape shape) {
        return IntStream.rangeClosed(1, shape.height() - 1).filter(rows -> shape.height() % rows == 0
                && shape.width() % (shape.height() / rows) == 0).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }

    private static TrainingImages read(Path folder, int frame) {
        List<Path> idx = LabelledImages.files(folder, TRAINING);
        if (!idx.isEmpty()) {
            LabelledImages read = LabelledImages.read(folder, TRAINING).padded(frame);
            return new TrainingImages(
                    InMemoryImages.of(new ImageShape(1, read.height(), read.width()), read.images(), read.labels()),
                    1 + Arrays.stream(read.labels()).max().orElse(0), List.of(), null, beside(folder, idx));
        }
        if (frame > 0) {
            throw new Failure("--frame is " + frame + ", must be left out: " + folder + " holds no IDX files");
        }
        ImageFolder read = ImageFolder.read(folder);
        ImageShape shape = new ImageShape(read.channels(), read.height(), read.width());
        return new TrainingImages(InMemoryImages.of(shape, read.images(), read.labels()), read.classes().size(), read.classes(),
                null, read.leftOut());
    }

    private static List<String> beside(Path folder, List<Path> read) {
        LeftOut leftOut = new LeftOut();
        try (Stream<Path> content = Files.list(folder)) {
            content.filter(path -> !read.contains(path)).sorted().forEach(path -> leftOut.add(LeftOut.Kind.BESIDE, path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return leftOut.lines(folder);
    }

    String description() {
        return source.count() + " of " + source.shape() + (classes == 0 ? "" : " in " + classes + " classes" + list())
                + (small == null ? "" : ", enlarged from " + small);
    }

    private String list() {
        int rest = names.size() - MOST_NAMES;
        return names.isEmpty() ? "" : names.stream().limit(MOST_NAMES).map(Quoted::of)
                .collect(Collectors.joining(", ", " (", rest > 0 ? " and " + rest + " more)" : ")"));
    }
}
