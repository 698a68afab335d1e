package io.bootdistill.network.autoencoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.NetworkRun;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.Plan;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a decoder makes of latents, where it can be told without another implementation. */
@Tag("fast")
class LatentDecoderTest {

    private final Device device = Devices.named("reference");

    private static AutoencoderConfig config(List<Integer> channels, LatentScale scale) {
        return new AutoencoderConfig(3, 3, 4, channels, 1, 4, true, true, true, scale, null);
    }

    /** Each channel by its own mean and deviation: what scaling by hand gives, and its gradient. */
    @Test
    void channelsHaveMeansAndDeviations() {
        AutoencoderConfig plain = config(List.of(8, 16), new LatentScale(1, 0));
        AutoencoderConfig scaled =
                config(List.of(8, 16), new LatentScale(0.5, 0, List.of(-1.5, 0.25, 3.0, 0.0), List.of(2.0, 4.0, 0.5, 1.0)));
        double[] factor = {4, 8, 1, 2};
        double[] offset = {-1.5, 0.25, 3, 0};
        float[] latents = numbers(4 * 6, 1);
        float[] z = new float[latents.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) (latents[i] * factor[i / 6] + offset[i / 6]);
        }
        float[] dy = numbers(3 * 24, 2);
        try (SafetensorsFile weights = SafetensorsFile.open(
                        Fixtures.file("text-to-image/autoencoder-kl/diffusion_pytorch_model.safetensors"));
                NetworkRun byHand = new NetworkRun(device, new LatentDecoder(plain, 2, 3), 1, weights);
                NetworkRun run = new NetworkRun(device, new LatentDecoder(scaled, 2, 3), 1, weights)) {
            assertArrayEquals(byHand.forward(z), run.forward(latents), 1e-6f);
            float[] gradient = byHand.backward(dy);
            for (int i = 0; i < z.length; i++) {
                gradient[i] *= (float) factor[i / 6];
            }
            assertArrayEquals(gradient, run.backward(dy), 1e-6f);
        }
    }

    private static float[] numbers(int count, long seed) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Philox.normal(seed, 0, i);
        }
        return numbers;
    }

    /** Residual blocks and attention add nothing here, so that the last norm sees 0.001 of the latents. */
    @Test
    void normsKeepFlatImagesFlat() {
        AutoencoderConfig config = config(List.of(4), new LatentScale(1, 0));
        float[] latents = numbers(4 * 6, 3);
        float[] image = new float[3 * 6];
        try (Model model = new Model(Graph.of(new LatentDecoder(config, 2, 3)), device, false);
                Plan plan = new Plan(model, 1, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            model.load(LatentDecoderTest::passing);
            kernels.upload(latents, 0, plan.x().data());
            plan.forward(kernels, 1);
            kernels.download(plan.y().data(), image, 0);
        }
        for (int c = 0; c < 3; c++) { // with four groups, each channel is one
            double mean = 0;
            double squares = 0;
            for (int pixel = 0; pixel < 6; pixel++) {
                mean += 1e-3 * latents[4 * pixel + c] / 6;
                squares += 1e-6 * latents[4 * pixel + c] * latents[4 * pixel + c] / 6;
            }
            for (int pixel = 0; pixel < 6; pixel++) {
                double z = (1e-3 * latents[4 * pixel + c] - mean) / Math.sqrt(squares - mean * mean + 1e-6);
                assertEquals(z / (1 + Math.exp(-z)), image[3 * pixel + c], 1e-5);
            }
        }
    }

    private static float[] passing(Parameter parameter) {
        float[] values = new float[parameter.size()];
        int[] shape = parameter.shape();
        boolean kept = !parameter.name().matches(".*(conv2|to_out[.]0)[.].*");
        if (parameter.name().endsWith(".weight") && kept) {
            if (shape.length == 1) {
                Arrays.fill(values, 1);
            }
            for (int i = 0; shape.length > 2 && i < Math.min(shape[0], shape[1]); i++) { // the middle tap, channel to channel
                int taps = shape[2] * shape[3];
                values[(i * shape[1] + i) * taps + taps / 2] = parameter.name().contains("conv_in") ? 1e-3f : 1;
            }
        }
        return values;
    }
}
