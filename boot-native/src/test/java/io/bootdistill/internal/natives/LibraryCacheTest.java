package io.bootdistill.internal.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that was planted, changed or cut short in the cache is never what is loaded. */
@Tag("fast")
class LibraryCacheTest {

    private static final byte[] CONTENT = {1, 2, 3, 4};

    @TempDir
    Path temp;

    private Path folder;
    private URL resource;

    @BeforeEach
    void pack() throws IOException {
        folder = temp.resolve("cache").resolve("bootdistill");
        resource = jar("a.jar", CONTENT);
    }

    @Test
    void isUnpackedOnceForThisUserAlone() throws IOException {
        Path file = unpack();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals("r-x------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Object inode = Files.getAttribute(file, "unix:ino");
        assertEquals(file, unpack());
        assertEquals(inode, Files.getAttribute(file, "unix:ino"));
        requireOneFile();
    }

    /** Two builds of one version, in jars of one name. */
    @Test
    void otherContentHasAnotherName() throws IOException {
        Path file = unpack();
        resource = jar("b/a.jar", new byte[] {1, 2, 3, 5});
        assertNotEquals(file, LibraryCache.unpack(resource, folder, true));
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
    }

    @Test
    void changedFileIsUnpackedAnew() throws IOException {
        Path file = unpack();
        FileTime time = Files.getLastModifiedTime(file);
        plant(file, new byte[] {4, 3, 2, 1}); // of equal size and time
        Files.setLastModifiedTime(file, time);
        unpack();
        requireOneFile();
    }

    @Test
    void truncatedFileIsUnpackedAnew() throws IOException {
        plant(unpack(), new byte[] {1, 2});
        unpack();
        requireOneFile();
    }

    /** A process that has mapped the file keeps it. */
    @Test
    void damagedFileIsReplacedNotWritten() throws IOException {
        Path file = unpack();
        plant(file, new byte[] {1, 2});
        Path mapped = temp.resolve("mapped");
        Files.createLink(mapped, file);
        unpack();
        assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(mapped));
    }

    @Test
    void linkInThePlaceOfTheFileIsReplaced() throws IOException {
        Path file = unpack();
        Path other = Files.write(temp.resolve("other"), CONTENT);
        Files.delete(file);
        Files.createSymbolicLink(file, other);
        assertFalse(Files.isSymbolicLink(unpack()));
    }

    @Test
    void fileThatOthersCanWriteIsReplaced() throws IOException {
        Path file = unpack();
        allow(file, "rwxrwx---");
        unpack();
        assertEquals("r-x------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void folderInThePlaceOfTheFileIsRefused() throws IOException {
        Path file = unpack();
        Files.delete(file);
        Files.createDirectories(file.resolve("child"));
        requireRefused(file.toString());
    }

    @Test
    void folderOfAGroupIsRefused() throws IOException {
        unpack();
        allow(folder, "rwxrwx---");
        requireRefused(folder + ": must belong to this user and have the mode 0700");
    }

    @Test
    void folderInOneThatOthersCanChangeIsRefused() throws IOException {
        unpack();
        allow(folder.getParent(), "rwxrwxrwx");
        requireRefused(folder + ": lies in " + folder.getParent() + ", which other users can change");
    }

    @Test
    void folderThatIsNamedMayLieAnywhere() throws IOException {
        unpack();
        allow(folder.getParent(), "rwxrwxrwx");
        System.setProperty(LibraryCache.PROPERTY, folder.toString());
        try {
            assertArrayEquals(CONTENT, Files.readAllBytes(LibraryCache.file(resource)));
        } finally {
            System.clearProperty(LibraryCache.PROPERTY);
        }
    }

    @Test
    void folderOfAnotherUserIsRefused() throws IOException {
        unpack();
        try {
            Files.setAttribute(folder, "unix:uid", 12345);
        } catch (IOException e) {
            Assumptions.abort("only root can give a folder away");
        }
        requireRefused(folder + ": must belong to this user and have the mode 0700");
    }

    @Test
    void linkInThePlaceOfTheFolderIsRefused() throws IOException {
        unpack();
        Path moved = Files.move(folder, temp.resolve("moved"));
        Files.createSymbolicLink(folder, moved);
        requireRefused(folder + ": is a link or a file, must be a folder");
    }

    /** Without a home that can be written, no folder is used whose name others know. */
    @Test
    void withoutHomeTheFolderIsNew() throws IOException {
        String home = System.getProperty("user.home");
        System.setProperty("user.home", Files.createFile(temp.resolve("file")).toString());
        try {
            Path first = LibraryCache.file(resource);
            assertEquals(first, LibraryCache.file(resource));
            assertFalse(first.startsWith(folder));
            assertArrayEquals(CONTENT, Files.readAllBytes(first));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(first.getParent())));
        } finally {
            System.setProperty("user.home", home);
        }
    }

    private Path unpack() throws IOException {
        Path file = LibraryCache.unpack(resource, folder, true);
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
        return file;
    }

    private void requireRefused(String reason) {
        String refusal = assertThrows(IOException.class, () -> LibraryCache.unpack(resource, folder, true)).getMessage();
        assertTrue(refusal.contains(reason), refusal);
    }

    private void requireOneFile() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    private static void plant(Path file, byte[] content) throws IOException {
        Files.delete(file);
        Files.write(file, content);
        allow(file, "r-x------");
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private URL jar(String name, byte[] content) throws IOException {
        Path jar = temp.resolve(name);
        Files.createDirectories(jar.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("folder/libboot_test.so"));
            out.write(content);
        }
        return URI.create("jar:" + jar.toUri() + "!/folder/libboot_test.so").toURL();
    }
}
