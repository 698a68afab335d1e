package io.bootdistill.format;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.LeftOut;
import io.bootdistill.internal.file.PictureNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What lies in a folder of pictures; no file is opened.
 *
 * @param files at least one, in the order of the names
 * @param classes the folders of classes with their pictures, in the order of the names; empty where files lie in none
 * @param leftOut what is neither
 */
record PictureTree(List<Path> files, Map<Path, List<Path>> classes, LeftOut leftOut) {

    /** Names of the parts of a data set, which are no classes where there are no others. */
    private static final Set<String> PARTS =
            Set.of("train", "training", "test", "testing", "val", "valid", "validation", "eval", "dev");

    /**
     * Looks into a folder and those in it.
     *
     * @throws ModelFormatException if it is none, or holds pictures neither itself nor in folders for classes, or both, or
     *     holds the parts of a data set
     */
    static PictureTree of(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ModelFormatException(folder + (Files.exists(folder) ? " is a file; give the folder of the images"
                    : " does not exist; give a folder of images"));
        }
        LeftOut leftOut = new LeftOut();
        List<Path> folders = new ArrayList<>();
        List<Path> files = pictures(folder, folders, leftOut);
        Map<Path, List<Path>> classes = new TreeMap<>();
        for (Path each : folders) {
            List<Path> below = new ArrayList<>();
            List<Path> pictures = pictures(each, below, leftOut);
            below.forEach(path -> leftOut.add(LeftOut.Kind.BELOW, path));
            if (pictures.isEmpty()) {
                leftOut.add(LeftOut.Kind.EMPTY, each);
            } else {
                classes.put(each, pictures);
            }
        }
        check(folder, files, folders, classes);
        return new PictureTree(files.isEmpty() ? classes.values().stream().flatMap(List::stream).toList() : files, classes, leftOut);
    }

    private static void check(Path folder, List<Path> files, List<Path> folders, Map<Path, List<Path>> classes) {
        List<Path> parts = folders.stream().filter(path -> PARTS.contains(name(path).toLowerCase(Locale.ROOT))).toList();
        if (files.isEmpty() && !parts.isEmpty() && parts.containsAll(classes.keySet())) {
            Path first = parts.stream().filter(path -> name(path).toLowerCase(Locale.ROOT).startsWith("train")).findFirst()
                    .orElse(parts.get(0));
            throw new ModelFormatException(folder + " holds parts of a data set, not classes: "
                    + parts.stream().map(PictureTree::name).collect(Collectors.joining(", ")) + "; give " + first);
        }
        if (!files.isEmpty() && !classes.isEmpty()) {
            throw new ModelFormatException(folder + " holds images and also folders of images, such as "
                    + classes.keySet().iterator().next() + "; put all of them into folders, one for each class, or none");
        }
        if (files.isEmpty() && classes.isEmpty()) {
            throw new ModelFormatException(folder + " holds no PNG or JPEG files, neither itself nor in folders for classes");
        }
    }

    /** The pictures of a folder; the folders in it are added to a list. */
    private static List<Path> pictures(Path folder, List<Path> folders, LeftOut leftOut) {
        List<Path> pictures = new ArrayList<>();
        try (Stream<Path> content = Files.list(folder)) {
            for (Path path : content.sorted().toList()) {
                if (PictureNames.isHidden(path)) {
                    leftOut.add(LeftOut.Kind.HIDDEN, path);
                } else if (Files.isDirectory(path)) {
                    folders.add(path);
                } else if (PictureNames.isPicture(path)) {
                    pictures.add(path);
                } else {
                    leftOut.add(LeftOut.Kind.OTHER, path);
                }
            }
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + folder + ": " + AtomicFiles.reason(e), e);
        }
        return pictures;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    /** Names of the classes. */
    List<String> names() {
        return classes.keySet().stream().map(PictureTree::name).toList();
    }

    /** Of each file, the number of its class; only where there are classes. */
    int[] labels() {
        int[] labels = new int[files.size()];
        int at = 0;
        int label = 0;
        for (List<Path> pictures : classes.values()) {
            for (int i = 0; i < pictures.size(); i++) {
                labels[at++] = label;
            }
            label++;
        }
        return labels;
    }
}
