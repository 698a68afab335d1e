package io.bootdistill.diffusion;

import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.internal.work.Checks;
import org.jspecify.annotations.Nullable;

/**
 * Draws prompts for a network that enlarges, each with a smaller picture of it: the number of the prompt, then what the other parts
 * of its condition hold. Immutable, thread-safe.
 *
 * @param prompts as they are drawn
 * @param pictures as many of each prompt, one prompt after another
 * @param each pictures of a prompt, at least 1
 */
public record StagePrompts(Prompts prompts, SmallerImages pictures, int each) implements ConditionSource {

    /** Checks that there are both. */
    public StagePrompts {
        Checks.notNull("prompts", prompts);
        Checks.notNull("pictures", pictures);
    }

    /** The same with others of these prompts. */
    public StagePrompts with(Prompts others) {
        return new StagePrompts(Checks.notNull("others", others), pictures, each);
    }

    @Override
    public void draw(long seed, float[] target, int offset) {
        prompts.draw(seed, target, offset);
        drawPicture((int) target[offset], seed, target, offset);
    }

    /** Likewise, of a prompt that is chosen already; of none, with a picture of any. */
    public void drawPicture(int prompt, long seed, float[] target, int offset) {
        Checks.notNull("target", target)[offset] = prompt;
        long own = Philox.seed(seed, 1, 0); // apart from the choice of the prompt
        int all = prompts.all().size() * each;
        int picture = prompt < prompts.nullRow() ? prompt * each + (int) (Philox.uniform(own, 0, 0) * each)
                : (int) (Philox.uniform(own, 0, 0) * all);
        pictures.draw(picture, own, target, offset);
    }

    @Override
    public @Nullable Prompts asPrompts() {
        return prompts;
    }
}
