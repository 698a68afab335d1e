package io.bootdistill.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Merges beside the plainest way of merging: look at all neighbours each time. */
@Tag("fast")
class BytePairsTest {

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final List<String> tokens = new ArrayList<>();
    private final List<Vocabulary.Merge> merges = new ArrayList<>();

    BytePairsTest() {
        for (String letter : List.of("a", "b", "c", "d", "a</w>", "b</w>", "c</w>", "d</w>")) {
            id(letter);
        }
    }

    private int id(String token) {
        return ids.computeIfAbsent(token, name -> {
            tokens.add(name);
            return ids.size();
        });
    }

    private void merge(String left, String right) {
        merges.add(new Vocabulary.Merge(id(left), id(right), id(left + right)));
    }

    private List<String> pairs(String word) {
        BytePairs pairs = new BytePairs(new Vocabulary(Path.of("vocab.json"), 100, ids, merges), id("?"));
        return Arrays.stream(pairs.ids(word)).mapToObj(tokens::get).toList();
    }

    private List<String> plainly(String word) {
        List<String> found = new ArrayList<>(List.of(word.split("")));
        found.set(found.size() - 1, found.get(found.size() - 1) + "</w>");
        while (true) {
            int best = Integer.MAX_VALUE;
            int at = 0;
            for (int i = 0; i < found.size() - 1; i++) {
                int rank = rank(ids.get(found.get(i)), ids.get(found.get(i + 1)));
                if (rank < best) {
                    best = rank;
                    at = i;
                }
            }
            if (best == Integer.MAX_VALUE) {
                return found;
            }
            found.set(at, found.get(at) + found.remove(at + 1));
        }
    }

    private int rank(int left, int right) {
        for (int rank = 0; rank < merges.size(); rank++) {
            if (merges.get(rank).left() == left && merges.get(rank).right() == right) {
                return rank;
            }
        }
        return Integer.MAX_VALUE;
    }

    /** "a b" is no longer there when its turn comes, and "a bc" has a later one than "bc d". */
    @Test
    void whatStoodThereBeforeHasNoTurn() {
        merge("b", "c");
        merge("a", "b");
        merge("bc", "d</w>");
        merge("a", "bc");
        assertEquals(List.of("a", "bcd</w>"), pairs("abcd"));
    }

    @Test
    void sameMergeFromLeftToRight() {
        merge("a", "a");
        assertEquals(List.of("aa", "aa", "a</w>"), pairs("aaaaa"));
    }

    @Test
    void lowestRankFirst() {
        Random random = new Random(4);
        for (int i = 0; i < 40; i++) {
            List<String> known = new ArrayList<>(tokens.subList(0, 8));
            while (merges.size() < 40) {
                String left = known.get(random.nextInt(known.size()));
                String right = known.get(random.nextInt(known.size()));
                if (!left.endsWith("</w>") && left.length() + right.length() < 12 && rank(id(left), id(right)) > merges.size()) {
                    merge(left, right);
                    known.add(left + right);
                }
            }
            for (int j = 0; j < 50; j++) {
                StringBuilder word = new StringBuilder("a");
                random.ints(random.nextInt(30), 'a', 'e').forEach(letter -> word.append((char) letter));
                assertEquals(plainly(word.toString()), pairs(word.toString()), word.toString());
            }
            merges.clear();
        }
    }
}
