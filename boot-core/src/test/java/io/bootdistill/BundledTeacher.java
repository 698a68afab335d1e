package io.bootdistill;

import java.nio.file.Files;
import java.nio.file.Path;

/** The teacher that the project brings along. */
public final class BundledTeacher {

    private BundledTeacher() {}

    /** Its folder, seen from any module. */
    public static Path folder() {
        for (Path start = Path.of("").toAbsolutePath(); start != null; start = start.getParent()) {
            Path folder = start.resolve("teachers/fashion-mnist-16");
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        throw new IllegalStateException("teachers/fashion-mnist-16 is not above the working directory");
    }
}
