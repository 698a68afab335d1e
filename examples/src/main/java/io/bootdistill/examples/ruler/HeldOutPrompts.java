package io.bootdistill.examples.ruler;

import io.bootdistill.HeldOut;
import io.bootdistill.device.Philox;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is drawn to be measured: held-out prompts in turn, each from a noise of its own, the same for every model.
 *
 * @param prompts at least one; picture i is drawn from prompt i mod their number and from {@link HeldOut#seeds} i
 */
public record HeldOutPrompts(List<String> prompts) {

    private static final long SEED = 0x5EEDL << 32 | 0x9407;
    private static final double SHARE = 0.1;
    private static final int LEAST = 10;

    /** About a tenth of the distinct captions, chosen by seed and by their place among them; of fewer than ten, all. */
    public static HeldOutPrompts of(List<String> captions) {
        List<String> distinct = List.copyOf(new LinkedHashSet<>(captions));
        return new HeldOutPrompts(IntStream.range(0, distinct.size())
                .filter(i -> distinct.size() < LEAST || Philox.uniform(SEED, 0, i) < SHARE)
                .mapToObj(distinct::get)
                .toList());
    }

    /** The prompts of the pictures [from, to). */
    public List<String> prompts(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> prompts.get(i % prompts.size())).toList();
    }

    /** The seeds of the noises of the pictures [from, to). */
    static long[] seeds(int from, int to) {
        return Arrays.copyOfRange(HeldOut.seeds(to), from, to);
    }

    /** The number of the prompt of each of the first pictures. */
    float[] classes(int count) {
        float[] classes = new float[count];
        for (int i = 0; i < count; i++) {
            classes[i] = i % prompts.size();
        }
        return classes;
    }
}
