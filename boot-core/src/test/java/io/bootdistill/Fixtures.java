package io.bootdistill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden files, as files: copied out of the class path, which may be a jar. */
public final class Fixtures {

    private static Path folder;

    private Fixtures() {}

    /** A fixture by its name below {@code fixtures/}. */
    public static synchronized Path file(String name) {
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("boot-fixtures");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            }
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                Files.createDirectories(file.getParent());
                try (InputStream in = Fixtures.class.getResourceAsStream("/fixtures/" + name)) {
                    if (in == null) {
                        throw new IllegalArgumentException("no fixture " + name);
                    }
                    Files.copy(in, file);
                }
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path root) {
        try (var walk = Files.walk(root)) {
            walk.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
