package io.bootdistill.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Byte pair encoding: a word begins as the tokens of its bytes, and of neighbours those are merged first whose merge has the
 * lowest rank. Immutable.
 */
final class BytePairs {

    private static final int GONE = -1;

    private record Merge(int rank, int token) {}

    private final int[] bytes;
    private final int[] lastBytes;
    private final Map<Long, Merge> merges = new HashMap<>();

    /** @param unknown the token of bytes that are none; null if there is none */
    BytePairs(Vocabulary vocabulary, @Nullable Integer unknown) {
        bytes = vocabulary.bytes("", unknown);
        lastBytes = vocabulary.bytes(Vocabulary.END_OF_WORD, unknown);
        int rank = 0;
        for (Vocabulary.Merge merge : vocabulary.merges()) {
            merges.put(pair(merge.left(), merge.right()), new Merge(rank++, merge.merged()));
        }
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    /** The ids of a word, which is not empty. */
    int[] ids(String word) {
        return new Merging(word.getBytes(StandardCharsets.UTF_8)).ids();
    }

    /** A word on its way: a list linked in both ways, and the merges that are open, by rank and then from left to right. */
    private final class Merging {

        private final int[] tokens;
        private final int[] previous;
        private final int[] next;
        private final PriorityQueue<Long> open = new PriorityQueue<>();

        Merging(byte[] word) {
            int length = word.length;
            tokens = new int[length];
            previous = new int[length];
            next = new int[length];
            for (int i = 0; i < length; i++) {
                tokens[i] = (i < length - 1 ? bytes : lastBytes)[Byte.toUnsignedInt(word[i])];
                previous[i] = i - 1;
                next[i] = i + 1;
            }
            for (int i = 0; i < length - 1; i++) {
                open(i);
            }
        }

        int[] ids() {
            while (!open.isEmpty()) {
                long first = open.remove();
                int at = (int) first;
                Merge merge = mergeAt(at);
                if (merge != null && merge.rank == first >> Integer.SIZE) { // else what stood there has been merged since
                    merge(at, merge.token);
                }
            }
            return Arrays.stream(tokens).filter(token -> token != GONE).toArray();
        }

        private void merge(int left, int token) {
            int right = next[left];
            tokens[left] = token;
            tokens[right] = GONE;
            next[left] = next[right];
            if (next[left] < tokens.length) {
                previous[next[left]] = left;
            }
            open(left);
            if (previous[left] >= 0) {
                open(previous[left]);
            }
        }

        private void open(int at) {
            Merge merge = mergeAt(at);
            if (merge != null) {
                open.add((long) merge.rank << Integer.SIZE | at);
            }
        }

        private @Nullable Merge mergeAt(int at) {
            boolean hasNext = tokens[at] != GONE && next[at] < tokens.length;
            return hasNext ? merges.get(pair(tokens[at], tokens[next[at]])) : null;
        }
    }
}
