package io.bootdistill.network.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Activation;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Frequencies;
import io.bootdistill.network.Graph;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Plan;
import io.bootdistill.network.Value;
import io.bootdistill.reference.Arrays64;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What enters by the embedding, in the kinds that no golden case has: against the formulas. The activation of all is GELU. */
@Tag("fast")
class UNetEmbeddingLayersTest {

    private static final float TIME = 37.5f;
    private static final double[] IDS = {64, 32, 0, 8, 64, 64};

    private final Device device = Devices.named("reference");
    private final Map<String, float[]> parameters = new HashMap<>();
    private double[] given;

    /** The embedding alone, as an image of one pixel. */
    private record Embedding(ConditionalUNet unet) implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(outputChannels(), 1, 1);
        }

        @Override
        public int outputChannels() {
            return unet.config().embedding().time().channels();
        }

        @Override
        public List<String> scalars() {
            return unet.scalars();
        }

        @Override
        public ConditionShape condition() {
            return unet.condition();
        }

        @Override
        public Value describe(GraphBuilder graph) {
            return new UNetEmbeddingLayers(graph, unet.config(), List.of()).sum(
                    graph.scalar("t"), null, graph.condition("class"), graph.condition("text"), graph.condition("pooled"),
                    graph.condition("time_ids"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"num_class_embeds\": null",
        "\"num_class_embeds\": 4",
        "\"class_embed_type\": \"timestep\"",
        "\"class_embed_type\": \"identity\"",
        "\"class_embed_type\": \"projection\", \"projection_class_embeddings_input_dim\": 5",
        "\"class_embed_type\": \"simple_projection\", \"projection_class_embeddings_input_dim\": 5",
        "\"addition_embed_type\": \"text_time\", \"addition_time_embed_dim\": 4, \"projection_class_embeddings_input_dim\": 27",
        "\"timestep_post_act\": \"silu\"",
        "\"time_embedding_act_fn\": \"silu\", \"num_class_embeds\": 4",
    })
    void isTheSumOfItsParts(String keys) {
        ConditionalUNetConfig config = ConditionalUNetReader.parse("""
                {"sample_size": 8, "block_out_channels": [8, 8], "norm_num_groups": 4, "layers_per_block": 1, "act_fn": "gelu",
                 "down_block_types": ["DownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "UpBlock2D"],
                 "mid_block_type": null, "time_embedding_dim": 6, "cross_attention_dim": 3, %s}""".formatted(keys), "the file");
        double[] actual;
        try (Model model = new Model(Graph.of(new Embedding(new ConditionalUNet(config, 2))), device, false);
                Plan plan = new Plan(model, 1, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            model.initialize(9);
            model.save((parameter, values) -> parameters.put(parameter.name(), values));
            kernels.upload(new float[] {TIME}, 0, plan.scalar("t").data());
            give(plan, kernels, config);
            plan.forward(kernels, 1);
            actual = Arrays64.read(plan.y().data());
        }
        double[] expected = expected(config);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-12, keys + " " + i);
        }
    }

    /** Gives a class or a pooled vector: what the configuration has. */
    private void give(Plan plan, Kernels kernels, ConditionalUNetConfig config) {
        String name = plan.input("class") != null ? "class" : "pooled";
        if (plan.input(name) != null) {
            float[] values = new float[plan.input(name).channels()];
            for (int i = 0; i < values.length; i++) {
                values[i] = values.length == 1 ? 3 : Philox.normal(7, 1, i);
            }
            kernels.upload(values, 0, plan.input(name).data());
            given = Arrays64.read(plan.input(name).data());
        }
        if (plan.input("time_ids") != null) {
            Arrays64.write(plan.input("time_ids").data(), IDS);
        }
    }

    private double[] expected(ConditionalUNetConfig config) {
        UNetEmbedding embedding = config.embedding();
        double[] e = layers("time_embedding", Frequencies.embedding(TIME, 4, 0, true), UNetEmbeddingLayersTest::gelu);
        e = activated(embedding.time().postActivation(), e);
        if (embedding.classes() instanceof UNetEmbedding.ClassCondition.Labels) {
            float[] table = parameters.get("class_embedding.weight");
            for (int i = 0; i < e.length; i++) {
                e[i] += table[3 * e.length + i];
            }
        } else if (embedding.classes() instanceof UNetEmbedding.ClassCondition.Timestep) {
            e = sum(e, layers("class_embedding", Frequencies.embedding(3, 4, 0, true), UNetEmbeddingLayersTest::gelu));
        } else if (embedding.classes() instanceof UNetEmbedding.ClassCondition.Identity) {
            e = sum(e, given);
        } else if (embedding.classes() instanceof UNetEmbedding.ClassCondition.Projection) {
            e = sum(e, layers("class_embedding", given, UNetEmbeddingLayersTest::silu));
        } else if (embedding.classes() instanceof UNetEmbedding.ClassCondition.SimpleProjection) {
            e = sum(e, linear("class_embedding", given));
        }
        if (embedding.addition() instanceof UNetEmbedding.Addition.TextTime) {
            double[] row = Arrays.copyOf(given, 27);
            for (int id = 0; id < IDS.length; id++) {
                System.arraycopy(Frequencies.embedding((float) IDS[id], 2, 0, true), 0, row, 3 + 4 * id, 4);
            }
            e = sum(e, layers("add_embedding", row, UNetEmbeddingLayersTest::silu));
        }
        return activated(embedding.time().sumActivation(), e);
    }

    private double[] layers(String name, double[] x, DoubleUnaryOperator f) {
        double[] hidden = linear(name + ".linear_1", x);
        Arrays.setAll(hidden, i -> f.applyAsDouble(hidden[i]));
        return linear(name + ".linear_2", hidden);
    }

    private double[] linear(String name, double[] x) {
        float[] bias = parameters.get(name + ".bias");
        float[] weight = parameters.get(name + ".weight");
        double[] y = new double[bias.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = bias[i];
            for (int k = 0; k < x.length; k++) {
                y[i] += weight[i * x.length + k] * x[k];
            }
        }
        return y;
    }

    private static double[] activated(Activation f, double[] x) {
        double[] y = x.clone();
        if (f == Activation.SILU) {
            Arrays.setAll(y, i -> silu(x[i]));
        }
        return y;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        Arrays.setAll(sum, i -> a[i] + b[i]);
        return sum;
    }

    private static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    /** x·Φ(x), Φ by its series ½ + φ(x)·Σ x^(2k+1)/(2k + 1)!!. */
    private static double gelu(double x) {
        double term = x;
        double sum = x;
        for (int k = 1; k < 100; k++) {
            term *= x * x / (2 * k + 1);
            sum += term;
        }
        return x * (0.5 + Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * sum);
    }
}
