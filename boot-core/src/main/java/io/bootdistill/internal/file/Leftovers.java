package io.bootdistill.internal.file;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What killed writes have left. */
public final class Leftovers {

    private static final Pattern LEFT = Pattern.compile(
            ".+" + Pattern.quote(AtomicFiles.TEMPORARY) + "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}("
                    + Pattern.quote(AtomicFiles.ASIDE) + ")?");

    private Leftovers() {}

    /** Deletes it from a folder, three levels deep, to which nobody writes now. */
    public static void sweep(Path folder) throws IOException {
        List<Path> left = new ArrayList<>();
        Files.walkFileTree(folder.toRealPath(), Set.of(), 3, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                boolean isLeft = LEFT.matcher(path.getFileName().toString()).matches();
                if (isLeft) {
                    left.add(path);
                }
                return isLeft ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                if (LEFT.matcher(path.getFileName().toString()).matches()) {
                    left.add(path);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException failure) {
                return FileVisitResult.CONTINUE; // somebody else's, or gone
            }
        });
        for (Path path : left) {
            Disk.deleteTree(path);
        }
    }
}
