package io.bootdistill.internal.file;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what lies in a folder of pictures and is not read, to be said. For one thread. */
public final class LeftOut {

    /** Why something is not read. */
    public enum Kind {
        HIDDEN("1 hidden file or folder", "%d hidden files or folders"),
        OTHER("1 file that is no PNG or JPEG", "%d files that are no PNG or JPEG"),
        EMPTY("1 folder without pictures of its own", "%d folders without pictures of their own"),
        BELOW("1 folder within that of a class", "%d folders within those of classes"),
        BESIDE("1 file or folder beside the images and labels that are read",
                "%d files and folders beside the images and labels that are read"),
        TRANSPARENT("the transparency of 1 picture", "the transparency of %d pictures");

        private final String one;
        private final String many;

        Kind(String one, String many) {
            this.one = one;
            this.many = many;
        }
    }

    private record Count(int number, Path first) {}

    private final Map<Kind, Count> counts = new EnumMap<>(Kind.class);

    /** Counts one more. */
    public void add(Kind kind, Path path) {
        counts.merge(kind, new Count(1, path), (old, next) -> new Count(old.number + 1, old.first));
    }

    /**
     * A line for each kind that was found, with the name of the first.
     *
     * @param folder from which names count
     */
    public List<String> lines(Path folder) {
        return counts.entrySet().stream().map(entry -> {
            Count count = entry.getValue();
            Path first = count.first.startsWith(folder) ? folder.relativize(count.first) : count.first;
            return (count.number == 1 ? entry.getKey().one + " (" : entry.getKey().many.formatted(count.number) + " (first: ")
                    + Quoted.of(first) + ")";
        }).toList();
    }
}
