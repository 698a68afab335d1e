package io.bootdistill.internal.file;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a file or a folder beside its target and renames it, so that the target is never half written, whatever interrupts.
 *
 * <p>A file replaces an older one in a single rename. For a folder that takes two: {@code model} becomes
 * {@code model.set-aside}, then {@code model.tmp-…} becomes {@code model}. A process killed between the two leaves no
 * {@code model}, but the older one is whole in {@code model.set-aside}: {@link #readableFolder} finds it, and the next write
 * gives it its name back before it begins. A process killed while it writes leaves {@code model.tmp-…}, which nobody reads
 * and which may be deleted.
 *
 * <p>Two writers of one target must not run at the same time. A reader beside a writer finds a whole folder too, but if its
 * look falls between the renames it may have to look again.
 */
public final class AtomicFiles {

    private static final String ASIDE = ".set-aside";
    private static final String TEMPORARY = ".tmp-";
    private static final Pattern LEFT = Pattern.compile(
            ".+" + Pattern.quote(TEMPORARY) + "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(" + Pattern.quote(ASIDE) + ")?");

    private AtomicFiles() {}

    /** Writes the content of a file or folder. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes the content.
         *
         * @param temporary the place to write to: a file that does not exist yet, or an empty folder
         */
        void writeTo(Path temporary) throws IOException;
    }

    /**
     * Writes a file and makes it durable. Missing parent folders are made; an existing file is replaced.
     *
     * @throws IOException naming the target and the cause; the target is then as it was, the temporary file is gone
     */
    public static void writeFile(Path target, Content content) throws IOException {
        if (Files.isDirectory(target)) {
            throw new IOException("cannot write " + target + ": it is a folder; choose another name");
        }
        write(target, (place, temporary) -> {
            content.writeTo(temporary);
            sync(temporary);
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        });
    }

    /**
     * Writes a folder and makes it durable. Missing parent folders are made. An existing folder is replaced, but only where
     * each of its files is also in the new one: a folder with anything else in it is refused, so nothing foreign is deleted.
     *
     * @throws IOException naming the target and the cause; the target is then as it was, the temporary folder is gone
     */
    public static void writeFolder(Path target, Content content) throws IOException {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new IOException("cannot write " + target + ": it is a file, not a folder; choose another name");
        }
        write(target, (place, temporary) -> {
            Files.createDirectory(temporary);
            content.writeTo(temporary);
            syncTree(temporary);
            publish(temporary, place);
        });
    }

    /** Like {@link #writeFolder}; but what others have put into the older folder goes over into the new one. */
    public static void renewFolder(Path target, Content content) throws IOException {
        writeFolder(target, temporary -> {
            content.writeTo(temporary);
            Path old = readableFolder(target);
            if (Files.isDirectory(old)) {
                for (Path path : foreign(old, temporary)) {
                    Files.copy(old.resolve(path), temporary.resolve(path),
                            LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        });
    }

    /** Deletes what killed writes have left in a folder, three levels deep, to which nobody writes now. */
    public static void sweep(Path folder) throws IOException {
        List<Path> left;
        try (Stream<Path> walk = Files.walk(folder, 3)) {
            left = walk.filter(path -> LEFT.matcher(path.getFileName().toString()).matches()).toList();
        }
        for (Path path : left) {
            deleteTree(path);
        }
    }

    /**
     * The folder to read for a target of {@link #writeFolder}: the target, or the older one where a write was killed between
     * its two renames. The target itself where neither exists.
     */
    public static Path readableFolder(Path target) {
        if (!Files.exists(target)) {
            Path aside = aside(target.toAbsolutePath());
            if (Files.isDirectory(aside)) {
                return aside;
            }
        }
        return target;
    }

    /** The cause of a failure in words: the messages of the JDK are often a bare path. */
    public static String reason(IOException e) {
        if (e instanceof FileSystemException system) {
            String what = system instanceof AccessDeniedException ? "permission denied"
                    : system instanceof NoSuchFileException ? "no such file or folder"
                    : system instanceof FileAlreadyExistsException ? "it exists already"
                    : system instanceof NotDirectoryException ? "it is not a folder"
                    : system.getReason();
            if (what != null) {
                return what + (system.getFile() == null ? "" : " (" + system.getFile() + ")");
            }
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** The failure behind that of a file inside a folder, whose message names a temporary place. */
    private static IOException first(IOException e) {
        return e.getCause() instanceof IOException cause ? first(cause) : e;
    }

    private interface Writing {
        void run(Path place, Path temporary) throws IOException;
    }

    private static void write(Path target, Writing writing) throws IOException {
        Path temporary = null;
        try {
            // through a symbolic link: what it points to is replaced, not the link
            Path place = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
            Path parent = place.getParent();
            if (parent == null) {
                throw new IOException("it is the root of a file system");
            }
            if (!Files.isDirectory(parent)) { // JDK 17 would refuse a symbolic link to a folder
                Files.createDirectories(parent);
            }
            temporary = place.resolveSibling(place.getFileName() + TEMPORARY + UUID.randomUUID());
            writing.run(place, temporary);
            sync(parent);
        } catch (IOException e) {
            deleteAfter(e, temporary);
            throw new IOException("cannot write " + target + ": " + reason(first(e)), e);
        } catch (RuntimeException | Error e) {
            deleteAfter(e, temporary);
            throw e;
        }
    }

    private static void publish(Path temporary, Path place) throws IOException {
        Path aside = aside(place);
        if (Files.exists(aside)) { // left by a killed write
            if (Files.exists(place)) {
                requireNothingForeign(aside, place);
                deleteTree(aside);
            } else {
                Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        if (!Files.exists(place)) {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        requireNothingForeign(place, temporary);
        Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        deleteTree(aside);
    }

    private static void requireNothingForeign(Path old, Path replacement) throws IOException {
        List<Path> foreign = foreign(old, replacement);
        if (!foreign.isEmpty()) {
            throw new IOException("the folder " + old + " exists and holds " + foreign.get(0)
                    + (foreign.size() == 1 ? "" : " and " + (foreign.size() - 1) + " more")
                    + ", which would be lost; choose another folder or remove it");
        }
    }

    /** What the older folder alone holds; folders before what is in them. */
    private static List<Path> foreign(Path old, Path replacement) throws IOException {
        try (Stream<Path> walk = Files.walk(old)) {
            return walk.map(old::relativize)
                    .filter(path -> !Files.exists(replacement.resolve(path), LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
    }

    private static Path aside(Path place) {
        return place.resolveSibling(place.getFileName() + ASIDE);
    }

    private static void syncTree(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                sync(path);
            }
        }
    }

    /** Forces a file, or the entries of a folder, onto the disk. */
    private static void sync(Path path) throws IOException {
        boolean folder = Files.isDirectory(path);
        if (folder && File.separatorChar == '\\') {
            return; // Windows opens no folders
        }
        try (FileChannel channel = FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        if (temporary == null) {
            return;
        }
        try {
            deleteTree(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() { // does not follow symbolic links
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
