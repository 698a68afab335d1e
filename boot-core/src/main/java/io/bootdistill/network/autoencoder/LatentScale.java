package io.bootdistill.network.autoencoder;

import static io.bootdistill.internal.file.ConfigCheck.positive;
import static io.bootdistill.internal.file.ConfigCheck.that;

import java.util.List;

/**
 * Between the latents of an autoencoder, z, and those that a diffusion network sees, l, channel by channel: l = (z −
 * shift)·factor, or l = (z − mean)·factor/deviation where the format gives each channel's mean and deviation.
 *
 * @param factor {@code scaling_factor}, above 0
 * @param shift {@code shift_factor}; 0 where there is none, and where there are means
 * @param means {@code latents_mean} of each channel; empty where there are none
 * @param deviations {@code latents_std} of each channel, above 0; as many
 */
public record LatentScale(double factor, double shift, List<Double> means, List<Double> deviations) {

    /** @throws IllegalArgumentException naming the key whose value is out of range */
    public LatentScale {
        means = List.copyOf(means);
        deviations = List.copyOf(deviations);
        positive("scaling_factor", factor);
        deviations.forEach(deviation -> positive("latents_std", deviation));
        that(Double.isFinite(shift), "shift_factor is " + shift, "finite");
        that(means.stream().allMatch(Double::isFinite), "latents_mean is " + means, "finite");
        that(means.size() == deviations.size(),
                "latents_mean has " + means.size() + " values and latents_std " + deviations.size(), "as many");
        that(means.isEmpty() || shift == 0,
                "shift_factor is " + shift, "absent where there is latents_mean");
    }

    /** The same for all channels. */
    public LatentScale(double factor, double shift) {
        this(factor, shift, List.of(), List.of());
    }

    /** What l of a channel is multiplied by to be z, before {@link #offset} is added. */
    public double multiplier(int channel) {
        return deviations.isEmpty() ? 1 / factor : deviations.get(channel) / factor;
    }

    /** l of a channel, of z. */
    public double scaled(double z, int channel) {
        return (z - offset(channel)) / multiplier(channel);
    }

    /** What is added to make z. */
    public double offset(int channel) {
        return means.isEmpty() ? shift : means.get(channel);
    }
}
