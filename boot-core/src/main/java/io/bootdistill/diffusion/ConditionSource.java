package io.bootdistill.diffusion;

import io.bootdistill.device.Philox;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.text.PromptFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Draws the conditions that a student is trained on: a pure function of the seed. Thread-safe. */
@FunctionalInterface
public interface ConditionSource {

    /** Writes the condition of one sample at [offset, offset + {@link ConditionShape#floats()}). */
    void draw(long seed, float[] target, int offset);

    /** The prompts that it draws numbers of; null where it draws something else. */
    default @Nullable Prompts asPrompts() {
        return null;
    }

    /** Nothing to draw. */
    static ConditionSource none() {
        return (seed, target, offset) -> {};
    }

    /**
     * Labels, uniform over 0 … count − 1 without the null label; the null label with a probability of its own.
     *
     * @param nullLabel −1 where there is none; then the probability has no effect
     */
    static ConditionSource labels(int count, int nullLabel, double nullProbability) {
        boolean hasNull = nullLabel >= 0 && nullLabel < count;
        int real = hasNull ? count - 1 : count;
        return (seed, target, offset) -> {
            boolean drop = real == 0 || hasNull && Philox.uniform(seed, 0, 0) < nullProbability;
            int label = (int) (Philox.uniform(seed, 0, 1) * real);
            target[offset] = drop ? nullLabel : hasNull && label >= nullLabel ? label + 1 : label;
        };
    }

    /** Prompts, for a teacher that reads them: each as often as any other. */
    static Prompts prompts(List<String> prompts) {
        return Prompts.of(prompts);
    }

    /**
     * The prompts of a file: one in each line of a text, or of {@code .csv}, {@code .tsv}, {@code .jsonl} the column {@code
     * prompt}, {@code caption} or {@code text}.
     *
     * @throws io.bootdistill.error.ModelFormatException naming the file, the line and the way out, if it holds none, or something
     *     else
     */
    static Prompts prompts(Path file) {
        return Prompts.of(PromptFile.read(Checks.notNull("file", file), null));
    }

    /** Those of a column of a file with columns. */
    static Prompts prompts(Path file, String column) {
        return Prompts.of(PromptFile.read(Checks.notNull("file", file), Checks.notNull("column", column)));
    }

    /**
     * Prompts that a student is trained on, and some that it is only measured on: one of each ten, chosen by their place alone.
     * What is drawn for a sample is the number of a prompt. The teacher encodes them, once, when a run is set up; so they are a source for
     * teachers that read prompts alone. Immutable, thread-safe.
     */
    final class Prompts implements ConditionSource {

        /** The most prompts of a source. */
        static final int MOST = 1 << 20;

        private static final long SEED = 0x5EEDL << 32 | 0x9407;
        private static final int TEN = 10;
        private static final long HASH = 0xcbf29ce484222325L;
        private static final long HASH_PRIME = 0x100000001b3L;

        private final List<String> prompts;
        private final int[] trained;
        private final int[] heldOut;
        private final String negative;
        private final double nullProbability;

        private Prompts(List<String> prompts, String negative, double nullProbability) {
            this.prompts = prompts;
            this.negative = negative;
            this.nullProbability = nullProbability;
            trained = IntStream.range(0, prompts.size()).filter(i -> !isHeldOut(i)).toArray();
            heldOut = prompts.size() < TEN ? trained : IntStream.range(0, prompts.size()).filter(this::isHeldOut).toArray();
        }

        private boolean isHeldOut(int prompt) {
            return prompts.size() >= TEN && prompt % TEN == (int) (Philox.uniform(SEED, 0, prompt / TEN) * TEN);
        }

        /**
         * Of a list; a prompt that stands there twice counts once.
         *
         * @throws IllegalArgumentException if there are none, or more than {@link #MOST}
         */
        private static Prompts of(List<String> prompts) {
            List<String> distinct = new ArrayList<>(new LinkedHashSet<>(Checks.copy("prompts", prompts)));
            Checks.range("the number of prompts", distinct.size(), 1, MOST);
            return new Prompts(List.copyOf(distinct), "", 0);
        }

        /** The same, but guidance leads away from this prompt instead of from none; it becomes part of the student. */
        public Prompts withNegative(String prompt) {
            return new Prompts(prompts, Checks.notNull("negative", prompt), nullProbability);
        }

        /** The same, but so often no prompt at all; a distillation sets what its configuration says. */
        public Prompts withNullProbability(double probability) {
            Checks.that(probability >= 0 && probability <= 1, "nullProbability", probability, "in [0, 1]");
            return new Prompts(prompts, negative, probability);
        }

        /** All, each once; what is drawn is a place in this list, or {@link #nullRow}. */
        public List<String> all() {
            return prompts;
        }

        /** What guidance leads away from; empty for no prompt at all. */
        public String negative() {
            return negative;
        }

        /** The number that stands for no prompt at all. */
        public int nullRow() {
            return prompts.size();
        }

        /** The number of what guidance leads away from. */
        public int negativeRow() {
            return negative.isEmpty() ? nullRow() : nullRow() + 1;
        }

        /** The places of those that no step trains on; of all, where there are fewer than ten. */
        public int[] heldOut() {
            return heldOut.clone();
        }

        /** The prompts of {@link #heldOut()}. */
        public List<String> heldOutPrompts() {
            return IntStream.of(heldOut).mapToObj(prompts::get).toList();
        }

        /** Tells these prompts from others. */
        public String key() {
            long hash = hash(HASH, negative);
            for (String prompt : prompts) {
                hash = hash(hash, prompt);
            }
            return prompts.size() + " prompts " + Long.toHexString(hash);
        }

        /** FNV-1a of 64 bits, over the characters of a text and then one that no text has. */
        private static long hash(long before, String text) {
            long hash = before;
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * HASH_PRIME;
            }
            return (hash ^ 1 << Character.SIZE) * HASH_PRIME;
        }

        @Override
        public Prompts asPrompts() {
            return this;
        }

        @Override
        public void draw(long seed, float[] target, int offset) {
            boolean none = Philox.uniform(seed, 0, 0) < nullProbability;
            Checks.notNull("target", target);
            target[offset] = none ? nullRow() : trained[(int) (Philox.uniform(seed, 0, 1) * trained.length)];
        }
    }
}
