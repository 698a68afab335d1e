package io.bootdistill.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Copies files byte by byte, without holding them. The copies are files of their own, which their owner may write: of links what
 * they point to is copied, and nothing is taken over of permissions.
 */
public final class FolderCopy {

    private FolderCopy() {}

    /** Copies a folder with all that is in it to one that does not exist yet. */
    public static void folder(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    file(path, target);
                }
            }
        }
    }

    /** Copies a file to one that does not exist yet, in a folder that does. */
    public static void file(Path from, Path to) throws IOException {
        try (FileChannel source = RegularFiles.open(from);
                FileChannel target = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = source.size();
            for (long done = 0; done < size; ) {
                long count = source.transferTo(done, size - done, target);
                if (count <= 0) {
                    throw new IOException(from + " became shorter while it was copied");
                }
                done += count;
            }
        }
    }
}
