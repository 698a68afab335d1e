package io.bootdistill.format;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Counts the scans of a JPEG file. Each may touch all its pixels for a hundred bytes, so that a small file takes minutes: T.81 sets
 * no bound. Encoders write about ten.
 */
final class JpegScans {

    private static final int START_OF_IMAGE = 0xd8;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int FIRST_RESTART = 0xd0;

    private JpegScans() {}

    /** @param file that begins as a JPEG file does; where it ends early, those that were found */
    static int count(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(new FileInputStream(file.toFile()))) {
            int scans = 0;
            for (int marker = next(in); marker >= 0 && marker != END_OF_IMAGE; marker = next(in)) {
                scans += marker == START_OF_SCAN ? 1 : 0;
                if (marker != START_OF_IMAGE) {
                    int length = in.read() << 8 | in.read();
                    in.skipNBytes(Math.max(0, Math.min(length - 2, in.available())));
                }
            }
            return scans;
        }
    }

    /** The marker of the next segment, behind coded data with their restarts and escaped bytes; −1 at the end. */
    private static int next(InputStream in) throws IOException {
        int before = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (before == 0xff && next != 0 && next != 0xff && (next < FIRST_RESTART || next >= START_OF_IMAGE)) {
                return next;
            }
            before = next;
        }
        return -1;
    }
}
