package io.bootdistill.examples.ruler;

import io.bootdistill.HeldOut;
import io.bootdistill.diffusion.ConditionSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is drawn to be measured: held-out prompts in turn, each from a noise of its own, the same for every model.
 *
 * @param prompts at least one; picture i is drawn from prompt i mod their number and from {@link HeldOut#seeds} i
 */
public record HeldOutPrompts(List<String> prompts) {

    /** Those of captions that no student trains on which is distilled from all of them. */
    public static HeldOutPrompts of(List<String> captions) {
        return new HeldOutPrompts(ConditionSource.prompts(captions).heldOutPrompts());
    }

    /** The first of them, so few that so many pictures have two of each at least, whose distance tells the diversity. */
    public HeldOutPrompts shownBy(int pictures) {
        return new HeldOutPrompts(prompts.subList(0, Math.max(1, Math.min(prompts.size(), pictures / 2))));
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
