package io.bootdistill.text;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.LeftOut;
import io.bootdistill.internal.file.PictureNames;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder of captioned pictures and of the folders below.
 *
 * @param pictures PNG and JPEG files by their names, sorted
 * @param texts files with captions, sorted
 * @param leftOut what is neither, or hidden
 */
record CaptionFiles(Set<Path> pictures, Set<Path> texts, LeftOut leftOut) {

    /** Ending of a file with the caption of the picture beside it. */
    static final String TXT = ".txt";

    /**
     * Looks for them; opens no file.
     *
     * @param metadata the file with all captions; null where each lies in a file of its own
     */
    static CaptionFiles in(Path folder, @Nullable Path metadata) {
        CaptionFiles found = new CaptionFiles(new TreeSet<>(), new TreeSet<>(), new LeftOut());
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {

                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                    if (path.equals(folder) || !PictureNames.isHidden(path)) {
                        return FileVisitResult.CONTINUE;
                    }
                    found.leftOut.add(LeftOut.Kind.HIDDEN, path);
                    return FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (!file.equals(metadata)) {
                        found.add(file, metadata == null);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + folder + ": " + AtomicFiles.reason(e), e);
        }
        return found;
    }

    private void add(Path file, boolean isTextRead) {
        if (PictureNames.isHidden(file)) {
            leftOut.add(LeftOut.Kind.HIDDEN, file);
        } else if (Files.isRegularFile(file) && PictureNames.isPicture(file)) {
            pictures.add(file);
        } else if (Files.isRegularFile(file) && isTextRead && isText(file)) {
            texts.add(file);
        } else {
            leftOut.add(LeftOut.Kind.OTHER, file);
        }
    }

    private static boolean isText(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(TXT);
    }
}
