package io.bootdistill.examples.ruler;

/**
 * How far a model's pictures of prompts are from those of the reference on the same noises, and what they show.
 *
 * @param latentRmse root-mean-square difference of the latents
 * @param pictureRmse of the pictures, which are in [−1, 1]
 * @param diversity mean distance of two pictures of one prompt, model : reference, mean over the prompts; NaN of too few pictures
 * @param leastDiversity of the prompt where that is least
 * @param shown against what the prompts say, and captioned pictures
 */
public record PromptRow(
        double latentRmse, double pictureRmse, double diversity, double leastDiversity, PromptRuler.PromptFigures shown) {

    /** Without what compares one by one, of pictures that are no function of the noise alone. */
    public PromptRow unpaired() {
        return new PromptRow(Double.NaN, Double.NaN, diversity, leastDiversity, shown);
    }
}
