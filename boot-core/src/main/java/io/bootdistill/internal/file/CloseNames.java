package io.bootdistill.internal.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Suggestions for a name that was not found. */
public final class CloseNames {

    private static final int SHOWN = 3;

    private CloseNames() {}

    /** The closest of the names by edit distance, best first, as part of a sentence. */
    public static String hint(String wanted, Collection<String> names) {
        List<String> close = closest(wanted, names);
        return close.isEmpty() ? "it holds no tensor at all" : "close names are " + Quoted.names(close);
    }

    /** A few of the names by edit distance, best first. */
    public static List<String> closest(String wanted, Collection<String> names) {
        record Scored(String name, int distance) {}
        return names.stream()
                .map(name -> new Scored(name, distance(wanted, name)))
                .sorted(Comparator.comparingInt(Scored::distance).thenComparing(Scored::name))
                .limit(SHOWN)
                .map(Scored::name)
                .toList();
    }

    /** The closest of the names, of which there is at least one. */
    public static String nearest(String wanted, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt((String name) -> distance(wanted, name)).thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Levenshtein distance, one row at a time. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
