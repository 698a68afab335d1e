package io.bootdistill.internal.file;

import io.bootdistill.error.ModelFormatException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Where this library opens files to read them: regular ones alone, for a pipe would be waited for and a device has no end; and
 * whole ones up to a size that their reader names, for memory is taken for what a file may hold, not for what it does. Symbolic
 * links are followed. Each failure is a {@link ModelFormatException} that names the file.
 */
public final class RegularFiles {

    /** Captions of a million pictures. */
    private static final int MOST_TEXT = 1 << 28;

    private RegularFiles() {}

    /**
     * Opens a file; the caller closes it.
     *
     * @throws ModelFormatException if there is none, it is a folder, pipe, device or socket, or it may not be read
     */
    public static FileChannel open(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new ModelFormatException(file + " is a folder; give a file in it");
            }
            if (!attributes.isRegularFile()) {
                throw new ModelFormatException("cannot read " + file
                        + ": it is a pipe, a device or a socket; write what it gives to a file, and give that");
            }
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Opens a file as a stream with a buffer; otherwise as {@link #open}. */
    public static InputStream stream(Path file) {
        return new BufferedInputStream(Channels.newInputStream(open(file)));
    }

    /**
     * All bytes of a file.
     *
     * @param most bytes that are read
     * @throws ModelFormatException as {@link #open}, and if it has more
     */
    public static byte[] bytes(Path file, int most) {
        try (FileChannel channel = open(file)) {
            long size = channel.size();
            byte[] bytes = size > most ? new byte[0] : Channels.newInputStream(channel).readNBytes(most);
            if (size > most || channel.size() > bytes.length) {
                throw new ModelFormatException(file + " has " + channel.size() + " bytes, more than the " + most
                        + " that such a file may have; give another");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** {@link #text(Path, int)} of up to 256 MiB. */
    public static String text(Path file) {
        return text(file, MOST_TEXT);
    }

    /**
     * All of a text in UTF-8, without a byte order mark.
     *
     * @param most bytes that are read
     * @throws ModelFormatException as {@link #bytes}, and with line and byte of what is not UTF-8
     */
    public static String text(Path file, int most) {
        byte[] bytes = bytes(file, most);
        boolean marked = bytes.length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
        ByteBuffer rest = ByteBuffer.wrap(bytes, marked ? 3 : 0, bytes.length - (marked ? 3 : 0));
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(rest.remaining());
        CoderResult result = decoder.decode(rest, text, true);
        if (result.isError()) {
            long line = 1;
            for (int i = 0; i < rest.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            String known = FirstBytes.mistaken(bytes);
            throw new ModelFormatException(file + (known != null ? " " + known
                    : " line " + line + " is not in UTF-8 (byte " + rest.position() + " of the file); save it as UTF-8"));
        }
        return text.flip().toString();
    }

    static ModelFormatException unreadable(Path file, IOException e) {
        return new ModelFormatException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
    }
}
