package io.bootdistill.internal.natives;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the libraries of a jar become files: in a folder that nobody else can write, each named by its content. A file that is
 * there is loaded only if it has that content. It is written beside and renamed, so that a process that has mapped the old one
 * keeps it. Any number of processes may share the folder.
 */
final class LibraryCache {

    /** System property with the folder; by default {@code ~/.cache/bootdistill}, or a temporary one where that is unfit. */
    static final String PROPERTY = "io.bootdistill.cache";

    private static final int OTHERS_WRITE = 022;
    private static final int OTHERS_ANYTHING = 077;
    private static final int STICKY = 01000;

    /** Where the user's own is unfit. */
    private static Path temporary;

    private LibraryCache() {}

    /**
     * The file of a resource: itself where it is one.
     *
     * @throws IOException with the path and the reason, if there is no folder that is safe, or no room
     */
    static Path file(URL resource) throws IOException {
        if (resource.getProtocol().equals("file")) {
            try {
                return Path.of(resource.toURI());
            } catch (URISyntaxException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return unpack(resource, Path.of(given), false); // whoever names it vouches for where it lies
        }
        Path home = Path.of(System.getProperty("user.home"));
        try {
            if (!home.isAbsolute() || !Files.isDirectory(home)) {
                throw new FileSystemException(home.toString(), null, "is no folder");
            }
            return unpack(resource, home.resolve(".cache").resolve("bootdistill"), true);
        } catch (IOException e) { // not ours alone, read-only, full: then for this process
            try {
                return temporary(resource);
            } catch (IOException last) {
                throw new IOException(last + "; before that " + e, last);
            }
        }
    }

    /** In a folder of this process, whose name nobody knows beforehand. */
    private static synchronized Path temporary(URL resource) throws IOException {
        if (temporary == null) {
            temporary = Files.createTempDirectory("bootdistill"); // with mode 0700
            temporary.toFile().deleteOnExit();
        }
        Path file = unpack(resource, temporary, true);
        file.toFile().deleteOnExit();
        return file;
    }

    /** @param everywhere whether nobody else may change the folders above it either */
    static Path unpack(URL resource, Path folder, boolean everywhere) throws IOException {
        if (!Files.exists(folder, NOFOLLOW_LINKS)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        requirePrivate(folder);
        if (everywhere) {
            requirePrivateAbove(folder);
        }
        String hash;
        try (InputStream in = resource.openStream()) {
            hash = hash(in, OutputStream.nullOutputStream());
        }
        String name = Path.of(resource.getPath()).getFileName().toString();
        Path file = folder.toRealPath().resolve(name.replace(".so", "-" + hash + ".so"));
        if (!isIntact(file, hash)) {
            write(resource, hash, file);
        }
        return file;
    }

    /** Refuses a folder that another user could change. */
    private static void requirePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
            throw new FileSystemException(folder.toString(), null, "is a link or a file, must be a folder");
        }
        if (mode(folder, OTHERS_ANYTHING) != 0 || uid(folder) != self()) {
            throw new FileSystemException(folder.toString(), null, "must belong to this user and have the mode 0700");
        }
    }

    /** Refuses a folder in one that another user could change: but for root, or whom else the root of all folders belongs to. */
    private static void requirePrivateAbove(Path folder) throws IOException {
        int root = uid(folder.toRealPath().getRoot());
        for (Path above = folder.toRealPath().getParent(); above != null; above = above.getParent()) {
            boolean owned = uid(above) == 0 || uid(above) == root || uid(above) == self();
            if (!owned || mode(above, OTHERS_WRITE) != 0 && mode(above, STICKY) == 0) {
                throw new FileSystemException(folder.toString(), null, "lies in " + above + ", which other users can change");
            }
        }
    }

    private static boolean isIntact(Path file, String hash) throws IOException {
        if (!Files.isRegularFile(file, NOFOLLOW_LINKS) || uid(file) != self() || mode(file, OTHERS_WRITE) != 0) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file, NOFOLLOW_LINKS)) {
            return hash(in, OutputStream.nullOutputStream()).equals(hash);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void write(URL resource, String hash, Path file) throws IOException {
        Path part = Files.createTempFile(file.getParent(), "unpacking", null); // with mode 0600
        try {
            try (InputStream in = resource.openStream(); OutputStream out = Files.newOutputStream(part)) {
                hash(in, out);
            }
            if (!isIntact(part, hash)) {
                throw new FileSystemException(part.toString(), null, "has not the content that was written to it");
            }
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("r-x------"));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** The SHA-256 of what is copied, in hexadecimal. */
    private static String hash(InputStream in, OutputStream out) throws IOException {
        try {
            DigestInputStream digested = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
            digested.transferTo(out);
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static int mode(Path path, int mask) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode", NOFOLLOW_LINKS) & mask;
    }

    private static int uid(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", NOFOLLOW_LINKS);
    }

    /** The user of this process. */
    private static int self() throws IOException {
        return uid(Path.of("/proc/self").toRealPath());
    }
}
