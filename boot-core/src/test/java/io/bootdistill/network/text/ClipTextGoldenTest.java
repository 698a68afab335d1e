package io.bootdistill.network.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.Graph;
import io.bootdistill.network.NetworkRun;
import io.bootdistill.network.Plan;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small text encoders against another implementation: all states that a network may ask for. */
@Tag("fast")
public class ClipTextGoldenTest {

    private static final int N = 3;

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    private static Path file(String name, String file) {
        return Fixtures.file("text-to-image/" + name + "/" + file);
    }

    private static SafetensorsFile golden(String name) {
        return SafetensorsFile.open(file(name, "case.safetensors"));
    }

    /** States of the case's tokens as rows, and after them the further output where there is one. */
    private float[][] run(String name, ClipText network) {
        try (SafetensorsFile golden = golden(name);
                SafetensorsFile weights = SafetensorsFile.open(file(name, "model.safetensors"));
                NetworkRun run = new NetworkRun(device(), network, N, weights,
                        parameter -> ClipText.tensor(parameter, weights.names()), Plan.Mode.TRAINING)) {
            float[] states = NetworkRun.rows(run.forward(golden.floats("input_ids")), N, network.output());
            return network.pooled() ? new float[][] {states, run.output(ClipText.POOLED)} : new float[][] {states};
        }
    }

    private void check(String name, String key, float[] actual) {
        try (SafetensorsFile golden = golden(name)) {
            double used = Golden.values(key, golden.floats(key), actual);
            System.getLogger(ClipTextGoldenTest.class.getName()).log(System.Logger.Level.INFO,
                    "{0} {1} on {2}: used {3} of the tolerance", name, key, device().description(), used);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, true, output", "0, false, last_before_norm", "1, false, penultimate", "3, false, hidden_state_0"})
    void states(int skipped, boolean normed, String key) {
        for (String name : new String[] {"clip-quick-gelu", "clip-gelu"}) {
            ClipTextConfig config = ClipTextConfig.read(file(name, "config.json"));
            assertEquals(3, config.numHiddenLayers());
            check(name, key, run(name, new ClipText(config, skipped, normed, false))[0]);
        }
    }

    /** What SDXL reads of its second encoder, in one pass. */
    @ParameterizedTest
    @ValueSource(strings = {"clip-quick-gelu", "clip-gelu"})
    void penultimateAndPooled(String name) {
        ClipTextConfig config = ClipTextConfig.read(file(name, "config.json"));
        float[][] found = run(name, new ClipText(config, 1, false, true));
        check(name, "penultimate", found[0]);
        check(name, config.projectionDim() == 0 ? "pooled" : "text_embeds", pooled(name, config, found[1]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-quick-gelu", "clip-gelu"})
    void pooledOfLastStates(String name) {
        ClipTextConfig config = ClipTextConfig.read(file(name, "config.json"));
        float[][] found = run(name, new ClipText(config, 0, true, true));
        check(name, "output", found[0]);
        check(name, "pooled", pooled(name, config, found[0]));
        if (config.projectionDim() == 0) {
            assertArrayEquals(found[0], found[1]);
        }
    }

    /** The rows of the tokens that stand for their prompts. */
    private static float[] pooled(String name, ClipTextConfig config, float[] rows) {
        int tokens = config.maxPositionEmbeddings();
        int channels = rows.length / (N * tokens);
        float[] pooled = new float[N * channels];
        try (SafetensorsFile golden = golden(name)) {
            float[] ids = golden.floats("input_ids");
            for (int i = 0; i < N; i++) {
                int[] prompt = new int[tokens];
                for (int k = 0; k < tokens; k++) {
                    prompt[k] = (int) ids[i * tokens + k];
                }
                int row = i * tokens + config.pooledToken(prompt);
                System.arraycopy(rows, row * channels, pooled, i * channels, channels);
            }
        }
        return pooled;
    }

    /** Leaving layers out and norming: the norm of the case's states, by hand. */
    @ParameterizedTest
    @ValueSource(strings = {"clip-quick-gelu", "clip-gelu"})
    void skippedStatesAreNormed(String name) {
        ClipTextConfig config = ClipTextConfig.read(file(name, "config.json"));
        int d = config.hiddenSize();
        float[] expected;
        try (SafetensorsFile golden = golden(name);
                SafetensorsFile weights = SafetensorsFile.open(file(name, "model.safetensors"))) {
            expected = golden.floats("penultimate");
            float[] gamma = weights.floats(ClipText.tensor("final_layer_norm.weight", weights.names()));
            float[] beta = weights.floats(ClipText.tensor("final_layer_norm.bias", weights.names()));
            for (int row = 0; row < expected.length; row += d) {
                float[] x = Arrays.copyOfRange(expected, row, row + d);
                double mean = 0;
                double squares = 0;
                for (float value : x) {
                    mean += value / d;
                    squares += (double) value * value / d;
                }
                for (int c = 0; c < d; c++) {
                    double normed = (x[c] - mean) / Math.sqrt(squares - mean * mean + config.layerNormEps());
                    expected[row + c] = (float) (normed * gamma[c] + beta[c]);
                }
            }
        }
        ClipText network = new ClipText(config, 1, true, false);
        Golden.values("normed", expected, run(name, network)[0]);
        assertNull(Graph.of(network).layout().find("encoder.layers.2.mlp.fc1.weight"));
    }
}
