package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.metric.PairedError;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentDecoder;
import io.bootdistill.network.autoencoder.LatentEncoder;
import io.bootdistill.network.autoencoder.LatentScale;
import java.nio.file.Path;

/**
 * A teacher's autoencoder: pictures of latents, and what it makes of pictures, which those of the teacher cannot excel. Thread-safe.
 */
public final class Autoencoder implements AutoCloseable {

    private final Scope scope = new Scope();
    private final AutoencoderConfig config;
    private final ImageShape latents;
    private final ForwardPass encoder;
    private final ForwardPass decoder;

    /**
     * Reads both halves.
     *
     * @param teacher folder of a pipeline with an {@code AutoencoderKL} in {@code vae}
     * @throws io.bootdistill.error.ModelFormatException if a file is missing, damaged or holds something else
     */
    public Autoencoder(Path teacher, ImageShape picture, Device device) {
        Component component = PipelineFolder.open(teacher).component("vae");
        config = AutoencoderConfig.parse(
                component.config().toString(), component.folder().resolve("config.json").toString());
        LatentEncoder encoding = new LatentEncoder(config, picture.height(), picture.width());
        latents = new ImageShape(config.latentChannels(), encoding.output().height(), encoding.output().width());
        try (ModelWeights weights = component.openWeights()) {
            encoder = scope.own(new ForwardPass(encoding, weights, device));
            decoder = scope.own(new ForwardPass(
                    new LatentDecoder(config, latents.height(), latents.width()), weights, device));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** The shape of the latents of a picture. */
    public ImageShape latents() {
        return latents;
    }

    /** Pictures of latents as they are diffused, [n][channels][height][width]; limited to [−1, 1]. */
    public float[] decode(float[] latents) {
        return PairedError.clamp(decoder.run(latents));
    }

    /** Pictures as they come back through the means of their latents. */
    float[] reconstruct(float[] images) {
        float[] moments = encoder.run(images); // means, then logarithms of variances
        int size = latents.size();
        float[] scaled = new float[moments.length / 2];
        LatentScale scale = config.scale();
        for (int i = 0; i < scaled.length; i++) {
            int channel = i % size / latents.pixels();
            scaled[i] = (float) scale.scaled(moments[i / size * 2 * size + i % size], channel);
        }
        return decode(scaled);
    }

    @Override
    public void close() {
        scope.close();
    }
}
