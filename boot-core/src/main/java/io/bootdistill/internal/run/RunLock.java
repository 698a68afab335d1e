package io.bootdistill.internal.run;

import io.bootdistill.internal.file.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a run's folder for one run at a time, by a lock of the operating system on an empty file in it, {@code lock}: it ends
 * with the process, however that ends. Whoever only reads a run needs none.
 */
public final class RunLock implements AutoCloseable {

    /** Those of this process: closing a file gives up all locks that a process has on it, so that none is opened twice. */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private RunLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Locks a folder.
     *
     * @throws IOException naming the folder, if another run has it, of this process or another; or if it cannot be written
     */
    static RunLock of(Path named) throws IOException {
        Path folder = named.toRealPath();
        if (!OURS.add(folder)) {
            throw isTaken(named);
        }
        FileChannel channel = null;
        try {
            channel = open(named);
            if (channel.tryLock() == null) {
                throw isTaken(named);
            }
            return new RunLock(folder, channel);
        } catch (IOException | RuntimeException | Error e) {
            if (channel != null) {
                channel.close();
            }
            OURS.remove(folder);
            throw e;
        }
    }

    private static FileChannel open(Path folder) throws IOException {
        Path file = folder.resolve(RunFiles.LOCK);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + " is no file of a run; remove it"); // a pipe would be waited for
        }
        try {
            return FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new IOException(folder + " cannot be locked: " + AtomicFiles.reason(e), e);
        }
    }

    private static IOException isTaken(Path folder) {
        return new IOException(folder + " is another run's, which has not ended: wait for it, or choose another folder");
    }

    /** Gives the folder free. Closing twice does nothing. */
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            OURS.remove(folder);
        }
    }
}
