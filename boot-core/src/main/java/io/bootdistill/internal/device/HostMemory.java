package io.bootdistill.internal.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What this machine's memory has left for this process, as Linux tells it. */
public final class HostMemory {

    private static final String MEMINFO = "proc/meminfo";
    private static final String GROUP = "proc/self/cgroup";

    /** Where a version of control groups tells of them. */
    private record Groups(String folder, String limit, String taken, String files) {

        static final Groups FIRST = new Groups(
                "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
        static final Groups SECOND = new Groups("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file ");

        /** The limit less what is taken, but for pages of files, which are given back. */
        long left(Path group) {
            OptionalLong most = number(group.resolve(limit), "");
            OptionalLong now = number(group.resolve(taken), "");
            long given = number(group.resolve("memory.stat"), files).orElse(0);
            return most.isPresent() && now.isPresent()
                    ? Math.max(0, most.getAsLong() - now.getAsLong() + given) : Long.MAX_VALUE;
        }
    }

    private HostMemory() {}

    /** Bytes that are free or can be freed, within the limits of the control groups; {@link Long#MAX_VALUE} if unknown. */
    public static long availableBytes() {
        return availableBytes(Path.of("/"));
    }

    /** @param root where proc and sys are */
    static long availableBytes(Path root) {
        OptionalLong free = number(root.resolve(MEMINFO), "MemAvailable:");
        long least = free.isPresent() ? 1024 * free.getAsLong() : Long.MAX_VALUE;
        for (String line : lines(root.resolve(GROUP))) {
            String[] parts = line.split(":", 3); // number, controllers, way from the top
            if (parts.length == 3 && (parts[1].isEmpty() || List.of(parts[1].split(",")).contains("memory"))) {
                least = Math.min(least, left(parts[1].isEmpty() ? Groups.SECOND : Groups.FIRST, root, parts[2]));
            }
        }
        return least;
    }

    /** The least that a control group has left, or one that it lies in; in a container, the top is its own. */
    private static long left(Groups groups, Path root, String way) {
        Path top = root.resolve(groups.folder);
        long least = Long.MAX_VALUE;
        for (Path group = top.resolve("./" + way).normalize(); group.startsWith(top); group = group.getParent()) {
            least = Math.min(least, groups.left(group));
        }
        return least;
    }

    /** The number after a word at the beginning of a line; empty where there is none, or one so large that it means no limit. */
    private static OptionalLong number(Path file, String word) {
        return lines(file).stream().filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()).strip().split(" ")[0])
                .filter(number -> number.matches("\\d{1,18}")).mapToLong(Long::parseLong).findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of(); // gone meanwhile: unknown
        }
    }
}
