package io.bootdistill.internal.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the names in a folder of pictures say: which files are pictures, and what programs have left there for themselves. */
public final class PictureNames {

    /** Of files that are read, in lower case; upper case is the same. */
    public static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");

    /** Of macOS, Synology, file systems and Windows. */
    private static final Set<String> SYSTEM =
            Set.of("__macosx", "@eadir", "lost+found", "$recycle.bin", "system volume information");

    private PictureNames() {}

    /** Whether a file that is not hidden is a PNG or JPEG file by its name. */
    public static boolean isPicture(Path file) {
        String name = lower(file);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    /** Whether a file or folder is hidden, or none of a user's. */
    public static boolean isHidden(Path path) {
        String name = lower(path);
        return name.startsWith(".") || SYSTEM.contains(name);
    }

    private static String lower(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
    }
}
