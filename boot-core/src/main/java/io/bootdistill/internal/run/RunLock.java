package io.bootdistill.internal.run;

import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a run's folder for one run at a time, by a lock of the operating system on an empty file in it, {@code lock}: it ends
 * with the process, however that ends. Whoever only reads a run needs none.
 */
public final class RunLock implements AutoCloseable {

    static final String FILE = "lock";

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks a folder.
     *
     * @throws IOException naming the folder, if another run has it, of this process or another; or if it cannot be written
     */
    static RunLock of(Path folder) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new IOException(folder + " cannot be locked: " + AtomicFiles.reason(e), e);
        }
        try {
            if (tryLock(channel) != null) {
                return new RunLock(channel);
            }
            throw new IOException(folder + " is another run's, which has not ended: wait for it, or choose another folder");
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // of this process
        }
    }

    /** Gives the folder free. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
