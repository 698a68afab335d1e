package io.bootdistill.examples.ruler;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A row of the table of models that draw from prompts: how far a model's pictures are from those of the reference on the same
 * noises, and what they show.
 *
 * @param model its name
 * @param pictures how many
 * @param latentRmse root-mean-square difference of the latents
 * @param pictureRmse of the pictures, which are in [−1, 1]
 * @param diversity mean distance of two pictures of one prompt, model : reference, mean over the prompts; NaN of too few pictures
 * @param leastDiversity of the prompt where that is least
 * @param shown against what the prompts say, and captioned pictures
 */
public record PromptRow(
        String model, int pictures, double latentRmse, double pictureRmse, double diversity, double leastDiversity,
        PromptRuler.PromptFigures shown) {

    static final String HEADER =
            "model,pictures,latent_rmse,picture_rmse,diversity,least_diversity,concept,style,ground,all,frechet";

    /** A line of CSV under {@link #HEADER}. */
    String csv() {
        return model + "," + pictures + "," + DoubleStream.of(
                        latentRmse, pictureRmse, diversity, leastDiversity, shown.faithfulness().concept(),
                        shown.faithfulness().style(), shown.faithfulness().ground(), shown.faithfulness().all(), shown.frechet())
                .mapToObj(value -> String.format(Locale.ROOT, "%.5f", value))
                .collect(Collectors.joining(","));
    }
}
