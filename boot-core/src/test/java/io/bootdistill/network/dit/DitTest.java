package io.bootdistill.network.dit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterLayout;
import io.bootdistill.network.Plan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class DitTest {

    private static final Device DEVICE = Devices.named("reference");

    @Test
    void positionsAreThoseOfTheFormat() {
        try (SafetensorsFile golden = SafetensorsFile.open(Fixtures.file("text-to-image/dit/case.safetensors"))) {
            assertArrayEquals(golden.floats("pos_embed"), Positions.sinCos(4, 24), 0x1p-24f, "one unit in the last place");
        }
    }

    // ---- the public checkpoints

    /** DiT-XL-2 of both sizes: 28 blocks of 1152 channels; no weights, the graph alone. */
    @ParameterizedTest
    @ValueSource(ints = {32, 64})
    void largestPublicModelHasTheParametersOfItsFile(int size) {
        Dit network = new Dit(new DitConfig(size, 2, 4, 8, 28, 16, 72, Activation.GELU_TANH, 1000, 1e-5f));
        ParameterLayout layout = Graph.of(network).layout();
        assertEquals(749_826_464L, layout.count());
        assertEquals(538, layout.trained().size());
        assertEquals(new ImageShape(8, size, size), network.output());
        assertEquals(new ConditionShape.Label(1001), network.condition());
        Map.ofEntries(
                Map.entry("pos_embed.proj.weight", new int[] {1152, 4, 2, 2}),
                Map.entry("pos_embed.proj.bias", new int[] {1152}),
                Map.entry("transformer_blocks.0.norm1.emb.timestep_embedder.linear_1.weight", new int[] {1152, 256}),
                Map.entry("transformer_blocks.27.norm1.emb.timestep_embedder.linear_2.bias", new int[] {1152}),
                Map.entry("transformer_blocks.27.norm1.emb.class_embedder.embedding_table.weight", new int[] {1001, 1152}),
                Map.entry("transformer_blocks.13.norm1.linear.weight", new int[] {6912, 1152}),
                Map.entry("transformer_blocks.13.attn1.to_k.bias", new int[] {1152}),
                Map.entry("transformer_blocks.13.attn1.to_out.0.weight", new int[] {1152, 1152}),
                Map.entry("transformer_blocks.13.ff.net.0.proj.weight", new int[] {4608, 1152}),
                Map.entry("transformer_blocks.13.ff.net.2.weight", new int[] {1152, 4608}),
                Map.entry("proj_out_1.weight", new int[] {2304, 1152}),
                Map.entry("proj_out_2.weight", new int[] {32, 1152})
        ).forEach((name, shape) -> {
            Parameter parameter = layout.find(name);
            assertNotNull(parameter, name);
            assertArrayEquals(shape, parameter.shape(), name);
        });
        long tokens = (size / 2) * (size / 2);
        assertEquals(tokens * 1152 + 128, layout.constantsLength(), "positions and, once for all blocks, frequencies");
    }

    // ---- further scalars

    @Test
    void furtherScalarChangesNothingAtFirst() {
        Dit network = new Dit(DitConfigReader.read(Fixtures.file("text-to-image/dit/config.json")));
        float[] x = new float[network.input().size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i);
        }
        try (Model plain = new Model(Graph.of(network), DEVICE, false);
                Model wide = new Model(Graph.of(network.withScalar("s").withScalar("w")), DEVICE, false)) {
            assertEquals(List.of("t", "s", "w"), wide.graph().network().scalars());
            plain.initialize(1);
            wide.initialize(2);
            wide.adopt(plain);
            assertArrayEquals(output(plain, x, 0), output(wide, x, 0.75f));
            wide.load(parameter -> filled(parameter, 0.01f));
            assertFalse(Arrays.equals(output(wide, x, 0), output(wide, x, 0.75f)), "trained, it does");
        }
    }

    // ---- epsilons: one token of so little variance that they matter

    private static final DitConfig TINY = new DitConfig(2, 2, 1, 1, 1, 1, 4, Activation.GELU_TANH, 1, 1e-4f);
    private static final float[] FAINT = {0.002f, -0.001f, 0.0005f, 0.0015f};
    private static final String BLOCK = "transformer_blocks.0.";
    private static final String MODULATION = BLOCK + "norm1.linear.bias";

    /** The patch itself as the token: its position is taken away again. */
    private static final Map<String, float[]> PATCH = Map.of(
            "pos_embed.proj.weight", diagonal(4, 4, 4),
            "pos_embed.proj.bias", new float[] {0, -1, 0, -1},
            "proj_out_2.weight", diagonal(4, 4, 4));

    @Test
    void epsilonOfTheOutput() {
        assertOutput(normalised(doubles(FAINT), 1e-6), Map.of());
    }

    @Test
    void epsilonOfTheAttention() {
        double[] h = doubles(FAINT);
        h[0] += normalised(h, 1e-6)[0]; // one token sees itself
        assertOutput(normalised(h, 1e-6), Map.of(
                MODULATION, ones(24, 8, 12),
                BLOCK + "attn1.to_v.weight", diagonal(4, 4, 1),
                BLOCK + "attn1.to_out.0.weight", diagonal(4, 4, 1)));
    }

    /** The norm before the MLP has the epsilon that the configuration names. */
    @Test
    void epsilonOfTheMlp() {
        double[] h = doubles(FAINT);
        double v = normalised(h, 1e-4)[0];
        h[0] += 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
        assertOutput(normalised(h, 1e-6), Map.of(
                MODULATION, ones(24, 20, 24),
                BLOCK + "ff.net.0.proj.weight", diagonal(16, 4, 1),
                BLOCK + "ff.net.2.weight", diagonal(4, 16, 1)));
    }

    private static void assertOutput(double[] expected, Map<String, float[]> parameters) {
        try (Model model = new Model(Graph.of(new Dit(TINY)), DEVICE, false)) {
            model.load(parameter -> parameters.getOrDefault(parameter.name(),
                    PATCH.getOrDefault(parameter.name(), new float[parameter.size()])));
            float[] actual = output(model, FAINT, 0);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 3e-4, "value " + i + " of the patch");
            }
        }
    }

    private static double[] normalised(double[] h, double epsilon) {
        double mean = Arrays.stream(h).average().orElseThrow();
        double variance = Arrays.stream(h).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        return Arrays.stream(h).map(v -> (v - mean) / Math.sqrt(variance + epsilon)).toArray();
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    /** A matrix [rows][columns] with ones in the first few places of its diagonal. */
    private static float[] diagonal(int rows, int columns, int count) {
        float[] matrix = new float[rows * columns];
        for (int i = 0; i < count; i++) {
            matrix[i * columns + i] = 1;
        }
        return matrix;
    }

    private static float[] ones(int length, int from, int to) {
        float[] values = new float[length];
        Arrays.fill(values, from, to, 1);
        return values;
    }

    private static float[] filled(Parameter parameter, float value) {
        float[] values = new float[parameter.size()];
        Arrays.fill(values, value);
        values[0] = -value; // norms take away what all channels have in common
        return values;
    }

    /** For label 0 at time 3. */
    private static float[] output(Model model, float[] x, float scalars) {
        try (Plan plan = new Plan(model, 1, Plan.Mode.INFERENCE); Kernels kernels = DEVICE.openKernels()) {
            model.graph().network().scalars().forEach(
                    name -> kernels.upload(new float[] {name.equals("t") ? 3 : scalars}, 0, plan.scalar(name).data()));
            kernels.upload(new float[1], 0, plan.condition().data());
            kernels.upload(x, 0, plan.x().data());
            plan.forward(kernels, 1);
            float[] y = new float[model.graph().network().output().size()];
            kernels.download(plan.y().data(), y, 0);
            return y;
        }
    }
}
