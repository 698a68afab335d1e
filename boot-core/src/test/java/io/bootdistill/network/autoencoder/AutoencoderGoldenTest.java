package io.bootdistill.network.autoencoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.NetworkRun;
import io.bootdistill.network.Plan;
import io.bootdistill.network.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small autoencoders against another implementation: both ways, with the gradients of what goes in. */
@Tag("fast")
public class AutoencoderGoldenTest {

    private static final int N = 2;
    private static final int HEIGHT = 4;
    private static final int WIDTH = 6;

    private SafetensorsFile weights;
    private SafetensorsFile golden;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private AutoencoderConfig open(String name) {
        weights = SafetensorsFile.open(file(name, "diffusion_pytorch_model.safetensors"));
        golden = SafetensorsFile.open(file(name, "case.safetensors"));
        return AutoencoderConfig.read(file(name, "config.json"));
    }

    private static Path file(String name, String file) {
        return Fixtures.file("text-to-image/" + name + "/" + file);
    }

    @AfterEach
    void close() {
        if (weights != null) {
            weights.close();
            golden.close();
        }
    }

    private void values(String name, float[] actual) {
        report(name, Golden.values(name, golden.floats(name), actual));
    }

    private void gradient(String name, float[] actual) {
        float[] reference = golden.floats(name);
        report(name, Golden.gradient(name, reference, actual, Golden.norm(reference)));
    }

    private void report(String name, double used) {
        System.getLogger(AutoencoderGoldenTest.class.getName()).log(System.Logger.Level.INFO,
                "{0} on {1}: used {2} of the tolerance", name, device().description(), used);
    }

    @Test
    void decodesLatents() {
        AutoencoderConfig config = open("autoencoder-kl");
        try (NetworkRun run = new NetworkRun(device(), new LatentDecoder(config, HEIGHT, WIDTH), N, weights)) {
            values("output", run.forward(golden.floats("latents")));
            gradient("grad.latents", run.backward(golden.floats("grad_output")));
        }
    }

    @Test
    void encodesImages() {
        AutoencoderConfig config = open("autoencoder-kl");
        int latents = config.latentChannels() * HEIGHT * WIDTH;
        try (NetworkRun run = new NetworkRun(device(), new LatentEncoder(config, 2 * HEIGHT, 2 * WIDTH), N, weights)) {
            float[] moments = run.forward(golden.floats("image"));
            values("moments", moments);
            float[] mean = new float[N * latents];
            float[] scaled = new float[N * latents];
            float[] logvar = new float[N * latents];
            float[] dy = new float[2 * N * latents];
            float[] dScaled = golden.floats("grad_scaled_mean");
            for (int i = 0; i < N * latents; i++) {
                int place = i / latents * 2 * latents + i % latents; // the means are the first half of a sample's channels
                mean[i] = moments[place];
                scaled[i] = (float) ((mean[i] - config.scale().offset(0)) / config.scale().multiplier(0));
                logvar[i] = Math.max(-30, Math.min(20, moments[place + latents]));
                dy[place] = (float) (dScaled[i] / config.scale().multiplier(0));
            }
            values("mean", mean);
            values("logvar", logvar);
            values("scaled_mean", scaled);
            gradient("grad.image", run.backward(dy));
        }
    }

    /** The case holds what the model makes of latents as they are, without the scale of its file. */
    private AutoencoderConfig unscaled(AutoencoderConfig config) {
        return new AutoencoderConfig(
                config.inChannels(), config.outChannels(), config.latentChannels(), config.blockOutChannels(),
                config.layersPerBlock(), config.normNumGroups(), config.midBlockAddAttention(), config.useQuantConv(),
                config.usePostQuantConv(), new LatentScale(1, 0), config.codebook());
    }

    @Test
    void decodesNearestCodes() {
        AutoencoderConfig config = unscaled(open("vq-model"));
        try (NetworkRun run = new NetworkRun(device(), new LatentDecoder(config, HEIGHT, WIDTH), N, weights)) {
            values("output", run.forward(golden.floats("latents")));
            gradient("grad.latents", run.backward(golden.floats("grad_output")));
        }
        try (NetworkRun run = new NetworkRun(device(), new LatentDecoder(config, HEIGHT, WIDTH, false), N, weights)) {
            values("output_not_quantized", run.forward(golden.floats("latents")));
        }
    }

    /** The rounding of a decoder alone. */
    private record Rounding(Codebook codebook) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(codebook.channels(), HEIGHT, WIDTH);
        }

        @Override
        public int outputChannels() {
            return codebook.channels();
        }

        @Override
        public List<String> scalars() {
            return List.of();
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.None();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return graph.tokens().nearestCode("quantize.embedding", graph.affine(graph.x(), 1, 0), codebook.codes());
        }
    }

    @Test
    void roundsToTheVeryCodes() {
        Codebook codebook = open("vq-model").codebook();
        float[] table = weights.floats("quantize.embedding.weight");
        float[] indices = golden.floats("indices");
        float[] expected = new float[indices.length * codebook.channels()];
        for (int i = 0; i < indices.length; i++) {
            int from = (int) indices[i] * codebook.channels();
            System.arraycopy(table, from, expected, i * codebook.channels(), codebook.channels());
        }
        try (NetworkRun run = new NetworkRun(device(), new Rounding(codebook), N, weights)) {
            float[] codes = run.forward(golden.floats("latents"));
            assertArrayEquals(expected, NetworkRun.rows(codes, N, new Rounding(codebook).input()));
        }
    }

    /** Every way of decoding in less memory gives the same bits, for all samples of a block. */
    @Test
    void decodesWithinGivenMemory() {
        AutoencoderConfig config =
                new AutoencoderConfig(3, 3, 4, List.of(8, 16, 16), 1, 4, true, true, true, new LatentScale(1, 0), null);
        Graph graph = Graph.of(new LatentDecoder(config, 16, 2));
        float[] latents = new float[N * 4 * 32];
        for (int i = 0; i < latents.length; i++) {
            latents[i] = Philox.normal(5, 0, i);
        }
        try (Model model = new Model(graph, device(), false); Kernels kernels = device().openKernels()) {
            model.initialize(7);
            List<Long> sizes = new ArrayList<>();
            float[] expected = new float[0];
            for (long bytes = Long.MAX_VALUE; bytes >= Plan.leastBytes(graph, N); bytes = sizes.get(sizes.size() - 1) - 1) {
                try (Plan plan = Plan.within(model, N, bytes)) {
                    assertTrue(plan.bytes() <= bytes);
                    assertEquals(plan.bytes(), Plan.bytesWithin(graph, N, true, bytes));
                    sizes.add(plan.bytes());
                    kernels.upload(latents, 0, plan.x().data());
                    plan.forward(kernels, N);
                    float[] image = new float[N * 3 * 64 * 8];
                    kernels.download(plan.y().data(), image, 0);
                    expected = sizes.size() == 1 ? image : expected;
                    assertArrayEquals(expected, image);
                }
            }
            assertEquals(Plan.bytes(graph, N), sizes.get(0));
            assertEquals(5, sizes.size(), "in one piece, overwriting, in strips of 32, 16 and 8 rows");
            assertTrue(0.7 * sizes.get(0) > sizes.get(4), sizes.toString());
            long least = Plan.leastBytes(graph, N);
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> Plan.within(model, N, least - 1));
            assertTrue(refused.getMessage().contains("bytes is " + (least - 1) + ", must be at least " + least));
        }
    }
}
