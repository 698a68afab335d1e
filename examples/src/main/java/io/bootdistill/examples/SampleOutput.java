package io.bootdistill.examples;

import io.bootdistill.format.Images;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.pipeline.Finite;
import io.bootdistill.network.ImageShape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Where samples go, by the name of the place: a grid, raw floats, or a folder of pictures. */
record SampleOutput(Path path, Form form) {

    private static final int MOST_COLUMNS = 20;

    /** Of a file's name, in characters: with four bytes each, still one that file systems take. */
    private static final int LONGEST_NAME = 48;

    private enum Form {
        GRID,
        TENSOR,
        PICTURES
    }

    /** A picture in this folder that is named after a prompt, and is not there yet. */
    static Path named(String prompt) {
        String words = prompt.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
        int length = Math.min(words.codePointCount(0, words.length()), LONGEST_NAME);
        String name = words.isEmpty() ? "picture" : words.substring(0, words.offsetByCodePoints(0, length));
        Path path = Path.of(name + ".png");
        for (int i = 2; Files.exists(path); i++) {
            path = Path.of(name + "-" + i + ".png");
        }
        return path;
    }

    /** Refuses a folder that holds something. */
    static SampleOutput at(Path path) throws IOException {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".png")) {
            return new SampleOutput(path, Form.GRID);
        }
        if (name.endsWith(".safetensors")) {
            return new SampleOutput(path, Form.TENSOR);
        }
        if (Files.isDirectory(path)) {
            try (Stream<Path> content = Files.list(path)) {
                if (content.findAny().isPresent()) {
                    throw new Failure(path + " exists and is not empty; choose another --out");
                }
            }
        }
        return new SampleOutput(path, Form.PICTURES);
    }

    /** Refuses samples that cannot be shown. */
    void require(ImageShape shape) {
        if (form != Form.TENSOR && !shape.isPicture()) {
            throw new Failure("samples of " + shape + " are no pictures: give --out a name that ends in .safetensors");
        }
    }

    /** Writes samples; {@code cycle} is the number of labels that they take in turn, 0 for none. */
    void write(float[] samples, ImageShape shape, int cycle) throws IOException {
        Finite.require("sample", 0, samples, shape.size(), "; nothing is written: such weights cannot be sampled");
        int count = samples.length / shape.size();
        switch (form) {
            case GRID -> {
                int square = (int) Math.ceil(Math.sqrt(count));
                int columns = cycle > 1 && cycle <= MOST_COLUMNS ? cycle : Math.min(square, MOST_COLUMNS);
                Images.writeGrid(path, samples, shape.channels(), shape.height(), shape.width(), columns);
            }
            case TENSOR -> new SafetensorsWriter()
                    .add("sample", new int[] {count, shape.channels(), shape.height(), shape.width()}, samples)
                    .write(path);
            case PICTURES -> AtomicFiles.writeFolder(path, folder -> {
                List<BufferedImage> images = Images.toImages(samples, shape.channels(), shape.height(), shape.width());
                for (int i = 0; i < count; i++) {
                    Images.writePng(folder.resolve(String.format(Locale.ROOT, "%05d.png", i)), images.get(i));
                }
            });
        }
    }
}
