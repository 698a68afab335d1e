package io.bootdistill.examples.ablation;

import io.bootdistill.internal.diffusers.DiffusersFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What identifies files wherever they lie: a hash of their names and of what they hold. */
public final class FileKey {

    private FileKey() {}

    /** The key of a teacher: of the configuration and the weights in its folder. */
    public static String ofTeacher(Path folder) throws IOException {
        return of(DiffusersFolder.open(folder).path(), ".*\\.(json|safetensors)");
    }

    /**
     * The key of files in a folder, or one folder below.
     *
     * @param names regular expression of their names
     * @throws NoSuchFileException if there are none
     */
    public static String of(Path folder, String names) throws IOException {
        MessageDigest digest = digest();
        List<Path> files = files(folder, names);
        if (files.isEmpty()) {
            throw new NoSuchFileException(folder.toString(), null, "holds no file whose name is " + names);
        }
        for (Path file : files) {
            digest.update(folder.relativize(file).toString().replace('\\', '/').getBytes(StandardCharsets.UTF_8));
            Files.copy(file, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static List<Path> files(Path folder, String names) throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(file -> file.getFileName().toString().matches(names) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
