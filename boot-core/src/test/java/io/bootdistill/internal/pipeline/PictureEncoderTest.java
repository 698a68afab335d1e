package io.bootdistill.internal.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.error.NotFiniteException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentScale;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pictures as latents, against another implementation. */
@Tag("fast")
class PictureEncoderTest {

    private static final ImageShape LATENTS = new ImageShape(4, 4, 6);

    private final Device device = Devices.named("reference");
    private final Path config = Fixtures.file("text-to-image/autoencoder-kl/config.json");

    private static float[] golden(String name) {
        try (SafetensorsFile file = SafetensorsFile.open(Fixtures.file("text-to-image/autoencoder-kl/case.safetensors"))) {
            return file.floats(name);
        }
    }

    private PictureEncoder encoder(AutoencoderConfig config) {
        Fixtures.file("text-to-image/autoencoder-kl/diffusion_pytorch_model.safetensors");
        return new PictureEncoder(
                new Component("vae", "diffusers", "AutoencoderKL", this.config.getParent()), config, LATENTS);
    }

    private static ImageSource images(PictureEncoder encoder) {
        return InMemoryImages.of(encoder.picture(), golden("image"), null);
    }

    @Test
    void scaledMeans() {
        PictureEncoder encoder = encoder(AutoencoderConfig.read(config));
        assertEquals(new ImageShape(3, 8, 12), encoder.picture());
        assertEquals(LATENTS, encoder.latents());
        AtomicInteger most = new AtomicInteger();
        float[][] found = encoder.encode(images(encoder), device, 2, done -> most.accumulateAndGet(done, Math::max));
        Golden.values("scaled_mean", golden("scaled_mean"), joined(found));
        assertEquals(2, most.get());
    }

    /** l = (z − mean)·factor/deviation. */
    @Test
    void meansAndDeviationsOfChannels() {
        AutoencoderConfig c = AutoencoderConfig.read(config);
        LatentScale scale = new LatentScale(0.5, 0, List.of(1., 2., 3., 4.), List.of(0.1, 0.2, 0.3, 0.4));
        PictureEncoder encoder = encoder(new AutoencoderConfig(c.inChannels(), c.outChannels(), c.latentChannels(),
                c.blockOutChannels(), c.layersPerBlock(), c.normNumGroups(), c.midBlockAddAttention(), c.useQuantConv(),
                c.usePostQuantConv(), scale, null));
        float[] expected = golden("mean");
        for (int i = 0; i < expected.length; i++) {
            int channel = i / LATENTS.pixels() % 4;
            expected[i] = (float) ((expected[i] - (channel + 1)) * 0.5 / (0.1 * (channel + 1)));
        }
        Golden.values("latents", expected, joined(encoder.encode(images(encoder), device, 1, done -> {})));
    }

    @Test
    void imagesThatAreNotFinite() {
        PictureEncoder encoder = encoder(AutoencoderConfig.read(config));
        float[] values = golden("image");
        values[encoder.picture().size()] = Float.NaN;
        ImageSource images = InMemoryImages.of(encoder.picture(), values, null);
        String message = assertThrows(
                NotFiniteException.class, () -> encoder.encode(images, device, 1, done -> {})).getMessage();
        assertTrue(message.startsWith("image 1 has the value NaN"), message);
    }

    private static float[] joined(float[][] each) {
        float[] all = new float[each.length * LATENTS.size()];
        for (int i = 0; i < each.length; i++) {
            System.arraycopy(each[i], 0, all, i * LATENTS.size(), LATENTS.size());
        }
        return all;
    }
}
