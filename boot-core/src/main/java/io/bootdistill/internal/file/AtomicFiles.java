package io.bootdistill.internal.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
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

    static final String ASIDE = ".set-aside";
    static final String TEMPORARY = ".tmp-";

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
            Disk.sync(temporary);
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
        writeFolder(target, content, false);
    }

    /** Like {@link #writeFolder}; but what others have put into the older folder is moved into the new one. */
    public static void renewFolder(Path target, Content content) throws IOException {
        writeFolder(target, content, true);
    }

    private static void writeFolder(Path target, Content content, boolean keeps) throws IOException {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new IOException("cannot write " + target + ": it is a file, not a folder; choose another name");
        }
        write(target, (place, temporary) -> {
            Files.createDirectory(temporary);
            content.writeTo(temporary);
            Disk.syncTree(temporary);
            publish(temporary, place, keeps);
        });
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
            Disk.sync(parent);
        } catch (IOException e) {
            deleteAfter(e, temporary);
            throw new IOException("cannot write " + target + ": " + reason(first(e)), e);
        } catch (RuntimeException | Error e) {
            deleteAfter(e, temporary);
            throw e;
        }
    }

    private static void publish(Path temporary, Path place, boolean keeps) throws IOException {
        Path aside = aside(place);
        if (Files.exists(aside)) { // left by a killed write
            if (!Files.isDirectory(aside)) {
                throw new IOException(aside + " is in the way; remove it");
            }
            if (Files.exists(place)) {
                discard(aside, place, keeps);
            } else {
                Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        if (!Files.exists(place)) {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        if (!keeps) {
            requireNothingForeign(place, temporary);
        }
        Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        discard(aside, place, keeps);
    }

    /** Deletes an older folder; what it alone holds, which others have put there, is kept in the newer or forbids it. */
    private static void discard(Path old, Path replacement, boolean keeps) throws IOException {
        if (keeps) {
            adopt(old, replacement);
        } else {
            requireNothingForeign(old, replacement);
        }
        Disk.deleteTree(old);
    }

    private static void adopt(Path old, Path replacement) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(old)) {
            for (Path entry : entries) {
                Path place = replacement.resolve(entry.getFileName());
                if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                    Files.move(entry, place, StandardCopyOption.ATOMIC_MOVE);
                } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                        && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                    adopt(entry, place);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void requireNothingForeign(Path old, Path replacement) throws IOException {
        List<Path> foreign;
        try (Stream<Path> walk = Files.walk(old)) {
            foreign = walk.map(old::relativize)
                    .filter(path -> !Files.exists(replacement.resolve(path), LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (!foreign.isEmpty()) {
            throw new IOException("the folder " + old + " exists and holds " + foreign.get(0)
                    + (foreign.size() == 1 ? "" : " and " + (foreign.size() - 1) + " more")
                    + ", which would be lost; choose another folder or remove it");
        }
    }

    private static Path aside(Path place) {
        return place.resolveSibling(place.getFileName() + ASIDE);
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        if (temporary == null) {
            return;
        }
        try {
            Disk.deleteTree(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
