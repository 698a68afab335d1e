package io.bootdistill.internal.file;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a file is that is not what its name says, by its first bytes: to export such a file again would not help. */
public final class FirstBytes {

    /** So many are looked at. */
    public static final int COUNT = 64;

    private static final byte PICKLE = (byte) 0x80;

    private FirstBytes() {}

    /**
     * What a file is, and what to do, as the rest of a sentence that begins with its name; null where its first bytes say
     * nothing.
     *
     * @param bytes of the file from its start, {@link #COUNT} or fewer are enough
     */
    public static @Nullable String mistaken(byte[] bytes) {
        byte[] head = Arrays.copyOf(bytes, Math.min(bytes.length, COUNT));
        String text = new String(head, StandardCharsets.ISO_8859_1).stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("version https://git-lfs")) {
            return "is a pointer of Git LFS, not the file that it stands for; run \"git lfs pull\" where it was cloned";
        }
        if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
            return "is a web page, not a file of a model; download the file itself (of Hugging Face, the address with /resolve/)";
        }
        if (text.startsWith("pk\3\4") || head.length > 2 && head[0] == PICKLE && head[1] >= 2 && head[1] <= 5) {
            return "is a pickle or another zip, whatever its name; save the weights as safetensors, from the program that made it";
        }
        if (head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
            return "is compressed by gzip; decompress it";
        }
        if (head.length == COUNT && allZero(head)) {
            return "begins with zeros: its download or copy was not finished; download or copy it again";
        }
        return null;
    }

    private static boolean allZero(byte[] head) {
        for (byte value : head) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
