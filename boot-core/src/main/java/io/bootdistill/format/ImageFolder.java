package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A folder of PNG files of one size: all directly in it, without classes, or in a subfolder for each class. Transparency is
 * left out.
 *
 * @param channels 1 where all images are grey, else 3: red, green, blue
 * @param height of an image in pixels
 * @param width of an image in pixels
 * @param pixels [count][channels][height][width], 0 is black, 255 (as a byte, −1) full intensity; in the order of the names
 * @param labels class of each image; null where there are no subfolders
 * @param classes names of the subfolders, sorted: label i is class i; empty where there are none
 */
public record ImageFolder(int channels, int height, int width, byte[] pixels, int @Nullable [] labels, List<String> classes) {

    private static final String ENDING = ".png";

    /** Copies the names. */
    public ImageFolder {
        Objects.requireNonNull(pixels, "pixels is missing");
        Objects.requireNonNull(classes, "classes is missing")
                .forEach(name -> Objects.requireNonNull(name, "one of classes is missing"));
        classes = List.copyOf(classes);
    }

    /**
     * Reads all images of a folder.
     *
     * @throws ModelFormatException naming the file or folder, if there are no images, one is damaged or of another size, or
     *     there are images both directly in it and in subfolders
     */
    public static ImageFolder read(Path folder) {
        if (!Files.isDirectory(Objects.requireNonNull(folder, "folder is missing"))) {
            throw new ModelFormatException(folder + (Files.exists(folder) ? " is a file; give the folder of the images"
                    : " does not exist; give a folder of images"));
        }
        List<Path> files = new ArrayList<>(pngFiles(folder));
        List<Path> classes = list(folder).stream().filter(path -> Files.isDirectory(path) && !pngFiles(path).isEmpty()).toList();
        if (!files.isEmpty() && !classes.isEmpty()) {
            throw new ModelFormatException(folder + " holds images and also folders of images, such as " + classes.get(0)
                    + "; put all of them into folders, one for each class, or none");
        }
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            for (Path file : pngFiles(classes.get(i))) {
                files.add(file);
                labels.add(i);
            }
        }
        if (files.isEmpty()) {
            throw new ModelFormatException(folder + " holds no PNG files, neither itself nor in folders for classes");
        }
        return read(files, classes.isEmpty() ? null : labels.stream().mapToInt(Integer::intValue).toArray(),
                classes.stream().map(path -> path.getFileName().toString()).toList());
    }

    /**
     * Reads images, in the given order, without classes.
     *
     * @param files at least one
     * @throws ModelFormatException naming the file, if one is missing, damaged or of another size than the first
     */
    public static ImageFolder read(List<Path> files) {
        Objects.requireNonNull(files, "files is missing").forEach(file -> Objects.requireNonNull(file, "one of files is missing"));
        if (files.isEmpty()) {
            throw new IllegalArgumentException("files is empty, must have at least one");
        }
        return read(files, null, List.of());
    }

    private static ImageFolder read(List<Path> files, int @Nullable [] labels, List<String> classes) {
        List<byte @Nullable []> images = new ArrayList<>(files.size());
        int channels = 1;
        BufferedImage first = decode(files.get(0));
        int plane = Math.multiplyExact(first.getWidth(), first.getHeight());
        for (Path file : files) {
            BufferedImage image = decode(file);
            if (image.getWidth() != first.getWidth() || image.getHeight() != first.getHeight()) {
                throw new ModelFormatException(file + " is " + size(image) + ", but " + files.get(0) + " is " + size(first)
                        + "; all images must be of one size");
            }
            byte[] planes = PictureFile.planes(image);
            channels = Math.max(channels, planes.length / plane);
            images.add(planes);
        }
        byte[] pixels = new byte[Math.multiplyExact(files.size(), Math.multiplyExact(channels, plane))];
        for (int i = 0; i < images.size(); i++) {
            byte[] planes = images.set(i, null); // let go of
            for (int c = 0; c < channels; c++) { // a grey one among coloured: three times the same
                System.arraycopy(planes, planes.length == plane ? 0 : c * plane, pixels, (i * channels + c) * plane, plane);
            }
        }
        return new ImageFolder(channels, first.getHeight(), first.getWidth(), pixels, labels, classes);
    }

    private static BufferedImage decode(Path file) {
        try {
            BufferedImage image = ImageIO.read(file.toFile());
            if (image == null) {
                throw new ModelFormatException(file + " is no PNG file; take it out of the folder");
            }
            return image;
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) { // of damaged files, too
            throw new ModelFormatException("cannot read " + file + " as a PNG file: " + e.getMessage(), e);
        }
    }

    private static String size(BufferedImage image) {
        return image.getWidth() + "×" + image.getHeight() + " pixels";
    }

    private static List<Path> pngFiles(Path folder) {
        return list(folder).stream()
                .filter(path -> path.toString().toLowerCase(Locale.ROOT).endsWith(ENDING) && !Files.isDirectory(path)).toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> content = Files.list(folder)) {
            return content.sorted().toList();
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + folder + ": " + AtomicFiles.reason(e), e);
        }
    }
}
