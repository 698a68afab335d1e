package io.bootdistill.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Linux tells of the memory that is left, in files as it writes them. */
@Tag("fast")
class HostMemoryTest {

    @TempDir
    Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private long available() {
        return HostMemory.availableBytes(root);
    }

    @Test
    void unknownIsNoLimit() throws IOException {
        assertEquals(Long.MAX_VALUE, available());
        write("proc/self/cgroup", "0::/gone\n");
        assertEquals(Long.MAX_VALUE, available());
    }

    @Test
    void ofTheMachine() throws IOException {
        write("proc/meminfo", "MemTotal:       9000 kB\nMemFree:         100 kB\nMemAvailable:    4000 kB\n");
        assertEquals(4000 * 1024, available(), "not what is free alone");
    }

    @Test
    void groupsLimitIt() throws IOException {
        write("proc/meminfo", "MemAvailable:    4000 kB\n");
        write("proc/self/cgroup", "0::/outer/inner\n");
        write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        write("sys/fs/cgroup/outer/inner/memory.current", "5\n");
        assertEquals(4000 * 1024, available(), "without a limit");
        write("sys/fs/cgroup/outer/memory.max", "1000\n");
        write("sys/fs/cgroup/outer/memory.current", "700\n");
        write("sys/fs/cgroup/outer/memory.stat", "anon 600\ninactive_file 90\n");
        assertEquals(390, available(), "what an outer group has left, with the pages of files");
        write("sys/fs/cgroup/outer/inner/memory.max", "205\n");
        assertEquals(200, available(), "the least");
        write("sys/fs/cgroup/outer/memory.current", "2000\n");
        assertEquals(0, available(), "a limit that was lowered");
    }

    /** In a container, the way is that of the host, and its own group lies at the top. */
    @Test
    void firstVersionOfGroups() throws IOException {
        write("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/docker/b\n0::/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "10\n");
        assertEquals(Long.MAX_VALUE, available(), "without a limit");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "100\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 7\ntotal_inactive_file 3\n");
        assertEquals(93, available());
        write("sys/fs/cgroup/memory/docker/b/memory.limit_in_bytes", "50\n");
        write("sys/fs/cgroup/memory/docker/b/memory.usage_in_bytes", "20\n");
        assertEquals(30, available());
    }

    @Test
    void hereThereIsSome() {
        assertTrue(HostMemory.availableBytes() > 1 << 20);
    }
}
