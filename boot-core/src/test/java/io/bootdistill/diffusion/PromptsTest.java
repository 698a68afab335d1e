package io.bootdistill.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.diffusion.ConditionSource.Prompts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which prompts there are, and which are drawn. */
@Tag("fast")
class PromptsTest {

    private static final int DRAWS = 40_000;

    private static Prompts numbered(int count) {
        return ConditionSource.prompts(IntStream.range(0, count).mapToObj(i -> "prompt " + i).toList());
    }

    private static int draw(Prompts source, long seed) {
        float[] target = {-1, -1, -1};
        source.draw(seed, target, 1);
        assertEquals(-1, target[0]);
        assertEquals(-1, target[2]);
        return (int) target[1];
    }

    /** How often each number is drawn, and at last, none and the negative one. */
    private static int[] counts(Prompts source) {
        int[] counts = new int[source.all().size() + 2];
        for (int i = 0; i < DRAWS; i++) {
            counts[draw(source, i * 7919L)]++;
        }
        return counts;
    }

    /** Five standard deviations of a count of draws with a probability. */
    private static double deviation(double probability) {
        return 5 * Math.sqrt(DRAWS * probability * (1 - probability));
    }

    @Test
    void eachPromptCountsOnce(@TempDir Path folder) throws IOException {
        assertEquals(List.of("b", "a", "c"), ConditionSource.prompts(List.of("b", "a", "b", "c", "a")).all());
        Path file = Files.writeString(folder.resolve("p.csv"), "id,prompt,title\n1,a,x\n2,b,y\n3,a,z\n");
        assertEquals(List.of("a", "b"), ConditionSource.prompts(file).all());
        assertEquals(List.of("x", "y", "z"), ConditionSource.prompts(file, "title").all());
        String message = assertThrows(IllegalArgumentException.class, () -> ConditionSource.prompts(List.of())).getMessage();
        assertTrue(message.startsWith("the number of prompts is 0, must be 1 … "), message);
    }

    @Test
    void oneOfEachTenIsHeldOut() {
        Prompts prompts = numbered(4_000);
        int[] places = new int[10];
        for (int i = 0; i < 400; i++) {
            assertEquals(i, prompts.heldOut()[i] / 10);
            places[prompts.heldOut()[i] % 10]++;
        }
        assertEquals(400, prompts.heldOut().length);
        for (int place = 0; place < 10; place++) {
            assertEquals(40, places[place], 5 * Math.sqrt(400 * 0.09), "at any place of them");
        }
        assertArrayEquals(prompts.heldOut(), prompts.withNegative("n").heldOut(), "by their place alone");
        assertArrayEquals(Arrays.copyOf(prompts.heldOut(), 2), numbered(20).heldOut());
        assertEquals(Arrays.stream(prompts.heldOut()).mapToObj(i -> "prompt " + i).toList(), prompts.heldOutPrompts());
        prompts.heldOut()[0] = -1;
        assertTrue(prompts.heldOut()[0] >= 0, "a copy");
        assertEquals(1, numbered(10).heldOut().length);
        assertArrayEquals(IntStream.range(0, 9).toArray(), numbered(9).heldOut(), "of few, all");
    }

    @Test
    void heldOutPromptsAreNeverDrawnTheOthersUniformly() {
        Prompts prompts = numbered(40);
        int[] counts = counts(prompts);
        Set<Integer> heldOut = Arrays.stream(prompts.heldOut()).boxed().collect(Collectors.toSet());
        double share = 1.0 / (40 - 4);
        for (int i = 0; i < counts.length; i++) {
            assertEquals(i >= 40 || heldOut.contains(i) ? 0 : DRAWS * share, counts[i],
                    i >= 40 || heldOut.contains(i) ? 0 : deviation(share), "prompt " + i);
        }
        int[] few = counts(numbered(3));
        for (int i = 0; i < 3; i++) {
            assertEquals(DRAWS / 3.0, few[i], deviation(1.0 / 3), "of three, prompt " + i);
        }
    }

    @Test
    void drawsAreAFunctionOfTheSeed() {
        Prompts prompts = numbered(40).withNullProbability(0.5);
        int[] forward = IntStream.range(0, 500).map(i -> draw(prompts, i)).toArray();
        Prompts again = numbered(40).withNegative("n").withNullProbability(0.5);
        for (int i = 499; i >= 0; i--) {
            assertEquals(forward[i], draw(again, i), "seed " + i);
        }
        assertTrue(IntStream.of(forward).distinct().count() > 20);
    }

    @Test
    void noPromptAsOftenAsIsSaid() {
        Prompts prompts = numbered(20).withNegative("n");
        assertEquals(DRAWS * 0.25, counts(prompts.withNullProbability(0.25))[20], deviation(0.25));
        assertEquals(0, counts(prompts.withNullProbability(0))[20]);
        int[] always = counts(prompts.withNullProbability(1));
        assertEquals(DRAWS, always[20]);
        assertEquals(0, always[21], "what is led away from is never drawn");
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            String message = assertThrows(IllegalArgumentException.class, () -> prompts.withNullProbability(wrong)).getMessage();
            assertTrue(message.contains("nullProbability is " + wrong + ", must be in [0, 1]"), message);
        }
    }

    @Test
    void rowsOfNoPromptAndOfTheNegativeOne() {
        Prompts prompts = numbered(20);
        assertEquals("", prompts.negative());
        assertEquals(20, prompts.nullRow());
        assertEquals(20, prompts.negativeRow());
        assertEquals("n", prompts.withNegative("n").negative());
        assertEquals(20, prompts.withNegative("n").nullRow());
        assertEquals(21, prompts.withNegative("n").negativeRow());
        assertEquals(21, prompts.withNegative("n").withNullProbability(0.3).negativeRow());
    }

    /** "Aa" and "BB" have the same {@link String#hashCode}. */
    @Test
    void keyTellsPromptsApart() {
        List<Prompts> all = List.of(
                ConditionSource.prompts(List.of("Aa", "c")), ConditionSource.prompts(List.of("BB", "c")),
                ConditionSource.prompts(List.of("c", "Aa")), ConditionSource.prompts(List.of("A", "ac")),
                ConditionSource.prompts(List.of("Aa", "c", "d")), ConditionSource.prompts(List.of("Aa")),
                ConditionSource.prompts(List.of("Aa", "c")).withNegative("Aa"),
                ConditionSource.prompts(List.of("Aa", "c")).withNegative("BB"));
        assertEquals(all.size(), all.stream().map(Prompts::key).distinct().count(),
                () -> all.stream().map(Prompts::key).toList().toString());
        assertEquals(all.get(0).key(), ConditionSource.prompts(List.of("Aa", "c", "Aa")).key());
        assertEquals(numbered(50).withNegative("n").key(), numbered(50).withNegative("n").key());
        assertNotEquals(numbered(50).key(), numbered(51).key());
    }
}
