package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.LeftOut;
import io.bootdistill.internal.file.ListCheck;
import java.awt.Transparency;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A folder of PNG and JPEG files of one size: all directly in it, without classes, or in a subfolder for each class. What
 * programs leave in folders for themselves is no picture and no class: names that begin with a dot, {@code __MACOSX},
 * {@code @eaDir} and the like. Transparency, and the orientation that a camera notes, are left out.
 *
 * @param channels 1 where all images are grey, else 3: red, green, blue
 * @param height of an image in pixels
 * @param width of an image in pixels
 * @param images each [channels][height][width], 0 is black, 255 (as a byte, −1) full intensity; in the order of the names
 * @param labels class of each image; null where there are no subfolders
 * @param classes names of the subfolders, sorted: label i is class i; empty where there are none
 * @param leftOut what was not read, for a log: a line for each kind, with how many there are and the name of the first
 */
public record ImageFolder(int channels, int height, int width, List<byte[]> images, int @Nullable [] labels, List<String> classes,
        List<String> leftOut) {

    /** Copies the lists. */
    public ImageFolder {
        images = ListCheck.copy("images", images);
        classes = ListCheck.copy("classes", classes);
        leftOut = ListCheck.copy("leftOut", leftOut);
    }

    /**
     * Reads all images of a folder.
     *
     * @throws ModelFormatException naming the file or folder, if there are no images, one is damaged or of another size or has
     *     more than 2²⁶ pixels, there are images both directly in it and in subfolders, its subfolders are parts of a data set
     *     such as {@code train} and {@code test}, or Java's memory does not hold them
     */
    public static ImageFolder read(Path folder) {
        PictureTree tree = PictureTree.of(Objects.requireNonNull(folder, "folder is missing"));
        return read(folder, tree.files(), tree.classes().isEmpty() ? null : tree.labels(), tree.names(), tree.leftOut());
    }

    /**
     * Reads images, in the given order, without classes.
     *
     * @param files at least one
     * @throws ModelFormatException naming the file, if one is missing, damaged or of another size than the first
     */
    public static ImageFolder read(List<Path> files) {
        if (ListCheck.copy("files", files).isEmpty()) {
            throw new IllegalArgumentException("files is empty, must have at least one");
        }
        return read(files.get(0).toAbsolutePath().getParent(), files, null, List.of(), new LeftOut());
    }

    private static ImageFolder read(
            Path folder, List<Path> files, int @Nullable [] labels, List<String> classes, LeftOut leftOut) {
        List<byte[]> images = new ArrayList<>(files.size());
        BufferedImage first = decode(files.get(0));
        int plane = first.getWidth() * first.getHeight();
        Bounds.requireHeap(folder, (long) files.size() * PictureFile.planes(first).length);
        boolean isColoured = false;
        for (Path file : files) {
            BufferedImage image = decode(file);
            if (image.getWidth() != first.getWidth() || image.getHeight() != first.getHeight()) {
                throw new ModelFormatException(file + " is " + size(image) + ", but " + files.get(0) + " is " + size(first)
                        + "; all images must be of one size");
            }
            if (isTransparent(image)) {
                leftOut.add(LeftOut.Kind.TRANSPARENT, file);
            }
            images.add(PictureFile.planes(image));
            isColoured |= images.get(images.size() - 1).length > plane;
        }
        if (isColoured) {
            Bounds.requireHeap(folder, (long) files.size() * 3 * plane);
            images.replaceAll(planes -> planes.length > plane ? planes : threeTimes(planes));
        }
        return new ImageFolder(isColoured ? 3 : 1, first.getHeight(), first.getWidth(), images, labels, classes,
                leftOut.lines(folder));
    }

    private static BufferedImage decode(Path file) {
        return PictureDecoder.read(file, "", "; replace it, or take it out of the folder");
    }

    private static boolean isTransparent(BufferedImage image) {
        Raster alpha = image.getAlphaRaster();
        if (alpha == null) {
            return image.getTransparency() != Transparency.OPAQUE; // of its palette
        }
        int most = (1 << alpha.getSampleModel().getSampleSize(0)) - 1;
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            alpha.getSamples(0, y, row.length, 1, 0, row);
            if (Arrays.stream(row).anyMatch(value -> value < most)) {
                return true;
            }
        }
        return false;
    }

    /** A grey one among coloured. */
    private static byte[] threeTimes(byte[] plane) {
        byte[] planes = new byte[3 * plane.length];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(plane, 0, planes, c * plane.length, plane.length);
        }
        return planes;
    }

    private static String size(BufferedImage image) {
        return image.getWidth() + "×" + image.getHeight() + " pixels";
    }
}
