package io.bootdistill.examples.extractor;

/**
 * The shares of pictures that show what their prompts say, in [0, 1]; NaN where no prompt says it.
 *
 * @param concept of all pictures
 * @param style of those whose prompt names one
 * @param ground likewise
 * @param all of all pictures, those that show everything that their prompt says
 */
public record PromptFaithfulness(double concept, double style, double ground, double all) {

    /** Where nothing was asked. */
    public static final PromptFaithfulness UNKNOWN = new PromptFaithfulness(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /**
     * Compares what a classifier found with what was asked for.
     *
     * @param found numbers of the words of pictures, [3][n]: concept, style and ground
     * @param asked those of their prompts; {@link EmojiWords#NOT_SAID} counts for nothing
     * @throws IllegalArgumentException if there are not as many pictures as prompts, or none
     */
    public static PromptFaithfulness of(int[][] found, int[][] asked) {
        int count = asked[0].length;
        if (found[0].length != count || count == 0) {
            throw new IllegalArgumentException("there are " + found[0].length + " pictures and " + count
                    + " prompts, must be as many and not 0");
        }
        int[] said = new int[asked.length];
        int[] right = new int[asked.length];
        int whole = 0;
        for (int i = 0; i < count; i++) {
            boolean shown = true;
            for (int question = 0; question < asked.length; question++) {
                if (asked[question][i] != EmojiWords.NOT_SAID) {
                    said[question]++;
                    right[question] += found[question][i] == asked[question][i] ? 1 : 0;
                    shown &= found[question][i] == asked[question][i];
                }
            }
            whole += shown ? 1 : 0;
        }
        return new PromptFaithfulness((double) right[0] / said[0], (double) right[1] / said[1],
                (double) right[2] / said[2], (double) whole / count);
    }
}
