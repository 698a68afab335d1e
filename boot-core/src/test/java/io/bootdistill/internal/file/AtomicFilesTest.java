package io.bootdistill.internal.file;

import static io.bootdistill.format.RawFiles.assertMessage;
import static io.bootdistill.format.RawFiles.names;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class AtomicFilesTest {

    private static final String FULL = "No space left on device";
    private static final int FILES = 50;

    @TempDir
    Path folder;

    private Path target;

    @BeforeEach
    void name() {
        target = folder.resolve("model");
    }

    private static AtomicFiles.Content text(String text) {
        return temporary -> Files.writeString(temporary, text);
    }

    private static AtomicFiles.Content model(String text) {
        return temporary -> {
            Files.createDirectory(temporary.resolve("unet"));
            Files.writeString(temporary.resolve("unet").resolve("weights"), text);
            Files.writeString(temporary.resolve("index"), text);
        };
    }

    private static String read(Path folder) throws IOException {
        return Files.readString(folder.resolve("index")) + Files.readString(folder.resolve("unet").resolve("weights"));
    }

    @Test
    void fileIsWrittenAndReplaced() throws IOException {
        Path deep = folder.resolve("a").resolve("b").resolve("c.txt");
        AtomicFiles.writeFile(deep, text("one"));
        AtomicFiles.writeFile(deep, text("two"));
        assertEquals("two", Files.readString(deep));
        assertEquals(List.of("c.txt"), names(deep.getParent()));
    }

    @Test
    void failedFileLeavesTheTarget() throws IOException {
        AtomicFiles.writeFile(target, text("one"));
        IOException failure = assertThrows(IOException.class, () -> AtomicFiles.writeFile(target, temporary -> {
            Files.writeString(temporary, "half");
            throw new IOException(FULL);
        }));
        assertMessage(failure, "cannot write " + target, FULL);
        assertThrows(IllegalStateException.class, () -> AtomicFiles.writeFile(target, temporary -> {
            Files.writeString(temporary, "half");
            throw new IllegalStateException("a bug");
        }));
        assertEquals("one", Files.readString(target));
        assertEquals(List.of("model"), names(folder));
    }

    @Test
    void folderIsWrittenAndReplaced() throws IOException {
        AtomicFiles.writeFolder(target, model("1"));
        assertEquals("11", read(target));
        AtomicFiles.writeFolder(target, model("2"));
        assertEquals("22", read(target));
        assertEquals(List.of("model"), names(folder));
    }

    @Test
    void failedFolderLeavesTheTarget() throws IOException {
        AtomicFiles.writeFolder(target, model("1"));
        IOException failure = assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, temporary -> {
            model("2").writeTo(temporary);
            AtomicFiles.writeFile(temporary.resolve("last"), file -> {
                throw new IOException(FULL);
            });
        }));
        assertEquals("cannot write " + target + ": " + FULL, failure.getMessage());
        assertEquals("11", read(target));
        assertEquals(List.of("model"), names(folder));
    }

    @Test
    void foreignFilesAreNeverDeleted() throws IOException {
        AtomicFiles.writeFolder(target, model("1"));
        Path precious = Files.writeString(target.resolve("unet").resolve("notes"), "precious");
        IOException failure = assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, model("2")));
        assertMessage(failure, target, Path.of("unet", "notes"), "would be lost", "choose another folder");
        assertTrue(Files.exists(precious));
        assertEquals("11", read(target));
        assertEquals(List.of("model"), names(folder));
    }

    /** A file that cannot be written, a folder, a link that leads nowhere: moved, whatever it is. */
    @Test
    void renewedFolderKeepsWhatOthersPutThere() throws IOException {
        AtomicFiles.renewFolder(target, model("1"));
        Path notes = Files.writeString(target.resolve("unet").resolve("notes"), "precious");
        assertTrue(notes.toFile().setReadOnly());
        Files.createDirectories(target.resolve("mine").resolve("deep"));
        Files.createSymbolicLink(target.resolve("link"), Path.of("nowhere"));
        AtomicFiles.renewFolder(target, model("2"));
        assertEquals("22", read(target));
        assertEquals("precious", Files.readString(notes));
        assertTrue(Files.isDirectory(target.resolve("mine").resolve("deep")));
        assertTrue(Files.isSymbolicLink(target.resolve("link")));
        assertEquals(List.of("model"), names(folder));
        Files.move(target, folder.resolve("model.set-aside")); // a write was killed before it moved them
        AtomicFiles.writeFolder(folder.resolve("new"), model("3"));
        Files.move(folder.resolve("new"), target);
        AtomicFiles.renewFolder(target, model("4"));
        assertEquals("precious", Files.readString(notes));
        assertEquals("44", read(target));
    }

    @Test
    void fileAsideIsNotDeleted() throws IOException {
        AtomicFiles.writeFolder(target, model("1"));
        Path aside = Files.writeString(folder.resolve("model.set-aside"), "precious");
        assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, model("2"))), aside, "is in the way");
        assertEquals("11", read(target));
    }

    @Test
    void emptyFolderIsReplaced() throws IOException {
        Files.createDirectory(target);
        AtomicFiles.writeFolder(target, model("1"));
        assertEquals("11", read(target));
    }

    @Test
    void fileAndFolderDoNotReplaceEachOther() throws IOException {
        AtomicFiles.writeFile(target, text("one"));
        assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, model("1"))), target, "is a file");
        Path other = folder.resolve("other");
        AtomicFiles.writeFolder(other, model("1"));
        assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFile(other, text("x"))), other, "is a folder");
        assertEquals(List.of("model", "other"), names(folder));
    }

    @Test
    void parentThatIsAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        for (Path inside : List.of(file.resolve("x"), file.resolve("x").resolve("y"))) {
            assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFile(inside, text("x"))), "cannot write " + inside);
            assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFolder(inside, model("x"))), "cannot write " + inside);
        }
    }

    /** For a user who may not write there: file modes do not bind root, /sys does. */
    @Test
    void readOnlyParent() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assertTrue(locked.toFile().setWritable(false));
        Path parent = Files.isWritable(locked) ? Path.of("/sys") : locked;
        assumeTrue(Files.isDirectory(parent));
        Path inside = parent.resolve("bootdistill-test");
        assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFile(inside, text("x"))),
                "cannot write " + inside, "permi"); // permission denied, or operation not permitted
        assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFolder(inside, model("x"))),
                "cannot write " + inside, "permi");
    }

    @Test
    void rootOfTheFileSystem() {
        Path root = folder.toAbsolutePath().getRoot();
        assertMessage(assertThrows(IOException.class, () -> AtomicFiles.writeFolder(root, model("x"))), "root of a file system");
    }

    @Test
    void symbolicLinksAreFollowed() throws IOException {
        Path real = folder.resolve("real");
        AtomicFiles.writeFolder(real, model("1"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        AtomicFiles.writeFolder(link, model("2"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("22", read(real));
        AtomicFiles.writeFile(link.resolve("index"), text("3")); // the parent is a link
        assertEquals("32", read(real));
        assertEquals(List.of("link", "real"), names(folder));
    }

    /** A write was killed after its first rename: the older folder is read, and written again by the next write. */
    @Test
    void killedBetweenTheRenames() throws IOException {
        AtomicFiles.writeFolder(target, model("1"));
        Path aside = folder.resolve("model.set-aside");
        Files.move(target, aside);
        assertEquals("11", read(AtomicFiles.readableFolder(target)));
        assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, temporary -> {
            throw new IOException(FULL);
        }));
        assertEquals("11", read(AtomicFiles.readableFolder(target)));
        Path precious = Files.writeString(aside.resolve("notes"), "precious");
        assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, model("2")));
        assertEquals("11", read(AtomicFiles.readableFolder(target)), "refused, but not lost");
        Files.delete(target.resolve(aside.relativize(precious)));
        AtomicFiles.writeFolder(target, model("2"));
        assertEquals(target, AtomicFiles.readableFolder(target));
        assertEquals("22", read(target));
        assertEquals(List.of("model"), names(folder));
    }

    /** A write was killed after its second rename: the newer folder is read, the older one goes with the next write. */
    @Test
    void killedBeforeTheOlderFolderIsDeleted() throws IOException {
        AtomicFiles.writeFolder(folder.resolve("model.set-aside"), model("1"));
        AtomicFiles.writeFolder(target, model("2")); // finds a target that is missing: restores, replaces
        AtomicFiles.writeFolder(folder.resolve("model.set-aside"), model("1"));
        assertEquals("22", read(AtomicFiles.readableFolder(target)));
        AtomicFiles.writeFolder(target, model("3"));
        assertEquals("33", read(target));
        assertEquals(List.of("model"), names(folder));
    }

    /** A folder that only has that name. */
    @Test
    void foreignFolderAsideIsNotDeleted() throws IOException {
        AtomicFiles.writeFolder(target, model("1"));
        Path foreign = Files.createDirectory(folder.resolve("model.set-aside"));
        Files.writeString(foreign.resolve("notes"), "precious");
        IOException refused = assertThrows(IOException.class, () -> AtomicFiles.writeFolder(target, model("2")));
        assertTrue(refused.getMessage().contains("model.set-aside exists and holds notes"), refused.getMessage());
        assertEquals("11", read(target));
        assertEquals("precious", Files.readString(foreign.resolve("notes")));
    }

    @Test
    void neitherExists() {
        assertEquals(target, AtomicFiles.readableFolder(target));
    }

    /** A process that replaces a folder over and over is killed at some moment: a whole folder is there each time. */
    @Test
    void killedAtAnyMoment() throws Exception {
        AtomicFiles.writeFolder(target, temporary -> manyFiles(temporary, "start"));
        SplittableRandom random = new SplittableRandom(3);
        for (int kill = 0; kill < 8; kill++) {
            Process writer = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp", System.getProperty("java.class.path"), getClass().getName(), target.toString())
                    .redirectErrorStream(true)
                    .start();
            assertEquals("ready", writer.inputReader().readLine());
            Thread.sleep(random.nextInt(50));
            writer.destroyForcibly().waitFor();
            Path readable = AtomicFiles.readableFolder(target);
            List<String> names = names(readable);
            assertEquals(FILES, names.size(), () -> "in " + readable);
            String content = Files.readString(readable.resolve("0"));
            for (String name : names) {
                assertEquals(content, Files.readString(readable.resolve(name)));
            }
        }
        AtomicFiles.writeFolder(target, temporary -> manyFiles(temporary, "end"));
        assertEquals("end", Files.readString(target.resolve("0")));
    }

    /** The process of {@link #killedAtAnyMoment}. */
    public static void main(String[] arguments) throws IOException {
        Path place = Path.of(arguments[0]);
        for (int i = 0; ; i++) {
            String text = "write " + i;
            AtomicFiles.writeFolder(place, temporary -> manyFiles(temporary, text));
            if (i == 0) {
                System.out.println("ready");
            }
        }
    }

    private static void manyFiles(Path folder, String text) throws IOException {
        for (int i = 0; i < FILES; i++) {
            Files.writeString(folder.resolve(String.valueOf(i)), text);
        }
    }

    @Test
    void safetensorsWriterKeepsTheOldFile() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        new SafetensorsWriter().add("a", new int[] {1}, new float[] {1}).write(file);
        SafetensorsWriter failing = new SafetensorsWriter().addLongs("a", new int[] {1}, new long[] {2});
        Path directory = Files.createDirectory(folder.resolve("taken"));
        assertMessage(assertThrows(IOException.class, () -> failing.write(directory)), "cannot write " + directory, "is a folder");
        Path below = file.resolve("x.safetensors");
        assertMessage(assertThrows(IOException.class, () -> failing.write(below)), "cannot write " + below);
        assertEquals(1, SafetensorsFile.open(file).floats("a")[0]);
        assertEquals(List.of("taken", "weights.safetensors"), names(folder));
    }
}
