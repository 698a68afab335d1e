package io.bootdistill.network.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.network.BlockType;
import io.bootdistill.network.ClassEmbedType;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ConditionShape.Part;
import io.bootdistill.network.ConditionShape.Tokens;
import io.bootdistill.network.ConditionShape.Vector;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterLayout;
import io.bootdistill.network.Plan;
import io.bootdistill.network.TimeEmbeddingType;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.reference.Arrays64;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a U-Net with text is made of: its inputs, the names and number of its parameters, and what it is without text. */
@Tag("fast")
class ConditionalUNetTest {

    private final Device device = Devices.named("reference");

    private static ConditionalUNet network(String name) {
        return new ConditionalUNet(ConditionalUNetReader.read(UNetCase.file(name, "config.json")), 7);
    }

    @ParameterizedTest
    @MethodSource("io.bootdistill.network.unet.UNetCase#names")
    void parametersAreThoseOfTheFile(String name) {
        TreeSet<String> names = new TreeSet<>();
        try (SafetensorsFile weights = SafetensorsFile.open(UNetCase.file(name, "diffusion_pytorch_model.safetensors"))) {
            for (Parameter parameter : Graph.of(network(name)).layout().trained()) {
                names.add(parameter.name());
                assertArrayEquals(weights.shape(parameter.name()), parameter.shape(), parameter.name());
            }
            assertEquals(new TreeSet<>(weights.names()), names);
        }
    }

    /** Published figures, where there are any to the last digit; else those to a million that others give for the same files. */
    @ParameterizedTest
    @CsvSource({
        "sd-1.5, 859520964, 1", "sd-2.1, 865910724, 1", "sdxl-base, 2567463684, 1", "bk-sdm-tiny, 323400000, 100000",
        "bk-sdm-small, 482300000, 100000", "bk-sdm-base, 579400000, 100000", "if-i-m, 372000000, 1000000",
        "if-i-l, 935000000, 1000000", "if-i-xl, 4305000000, 1000000"
    })
    void trueConfigurationsHaveTheirParameters(String name, long published, long unit) {
        ConditionalUNetConfig config = ConditionalUNetReader.read(TrueConfigs.file(name));
        long count = Graph.of(new ConditionalUNet(config, 77)).layout().count();
        assertEquals(published, Math.round((double) count / unit) * unit, name + " has " + count);
    }

    @Test
    void inputsAreWhatTheConfigurationAsksFor() {
        assertEquals(List.of(new Part("text", new Tokens(7, 20, false))), network("unet-sd1").condition().parts());
        assertEquals(new ImageShape(4, 16, 8), network("unet-sd1").input());
        assertEquals(List.of(
                new Part("text", new Tokens(7, 20, false)), new Part("pooled", new Vector(10)),
                new Part("time_ids", new Tokens(6, 1, false))), network("unet-sdxl").condition().parts());
        assertEquals(List.of(new Part("text", new Tokens(7, 24, false)), new Part("class", new Vector(1))),
                network("unet-if2").condition().parts());
        assertEquals(new ImageShape(6, 16, 8), network("unet-if2").input());
        assertEquals(new ImageShape(6, 16, 8), network("unet-if1").output());
        assertEquals(List.of("t"), network("unet-sd1").scalars());
        assertEquals(List.of("t", "w"), network("unet-time-cond").scalars());
        assertEquals(List.of(ScalarInputs.TIME, ScalarInputs.GUIDANCE), network("unet-time-cond").scalars());
    }

    @Test
    void guidanceEntersTheFormatsOwnWay() {
        ConditionalUNet guided = network("unet-sd1").withScalar("w");
        assertEquals(List.of("t", "w"), guided.scalars());
        Parameter added = Graph.of(guided).layout().find("time_embedding.cond_proj.weight");
        assertArrayEquals(new int[] {16, 256}, added.shape());
        assertTrue(added.beginsAtZero());
        UnsupportedOperationException twice =
                assertThrows(UnsupportedOperationException.class, () -> guided.withScalar("w"));
        assertTrue(twice.getMessage().contains("has no form with the scalar input w"), twice.getMessage());
    }

    /** Another scalar is embedded like the time, in layers of its own whose result begins at zero. */
    @Test
    void furtherScalarsHaveAnEmbeddingOfTheirOwn() {
        ConditionalUNet two = network("unet-sd1").withScalar("w").withScalar("s");
        assertEquals(List.of("t", "w", "s"), two.scalars());
        assertArrayEquals(new int[] {64, 16}, Graph.of(two).layout().find("s_embedding.linear_1.weight").shape());
        try (Model model = new Model(Graph.of(two), device, false)) {
            model.initialize(1);
            assertArrayEquals(output(model, 0), output(model, 500));
            float[] weight = new float[64 * 64];
            Arrays.fill(weight, 0.1f);
            model.set("s_embedding.linear_2.weight", weight);
            try (Kernels kernels = device.openKernels()) {
                model.prepare(kernels, 0, 1);
            }
            assertFalse(Arrays.equals(output(model, 0), output(model, 500)));
        }
    }

    /** Of zeros at t = 3 and w = 1. */
    private float[] output(Model model, float s) {
        try (Plan plan = new Plan(model, 1, Plan.Mode.INFERENCE); Kernels kernels = device.openKernels()) {
            kernels.upload(new float[] {3}, 0, plan.scalar("t").data());
            kernels.upload(new float[] {1}, 0, plan.scalar("w").data());
            kernels.upload(new float[] {s}, 0, plan.scalar("s").data());
            plan.forward(kernels, 1);
            float[] y = new float[model.graph().network().output().size()];
            kernels.download(plan.y().data(), y, 0);
            return y;
        }
    }

    @Test
    void sizesAndMasksThatCannotBeAreRefused() {
        ConditionalUNetConfig sd = network("unet-sd1").config();
        requireRefusal("the size is 16×6, must be a multiple of 4 for 3 levels", () -> new ConditionalUNet(sd, 16, 6, 7, false));
        requireRefusal("height is 0, must be 1 … 16384", () -> new ConditionalUNet(sd, 0, 8, 7, false));
        requireRefusal("the number of tokens is 0, must be 1 … 65536", () -> new ConditionalUNet(sd, 0));
        requireRefusal("masked is true, must be false where attention reads text and pixels at once (SimpleCrossAttn…)",
                () -> new ConditionalUNet(network("unet-if1").config(), 16, 8, 7, true));
        ConditionalUNetConfig unsized = ConditionalUNetReader.parse("{}", "the file");
        requireRefusal("height is 0, must be 1 … 16384", () -> new ConditionalUNet(unsized, 77));
    }

    private static void requireRefusal(String message, org.junit.jupiter.api.function.Executable body) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, body).getMessage());
    }

    private static List<String> names(ConditionalUNetConfig config) {
        return Graph.of(new ConditionalUNet(config, 77)).layout().trained().stream().map(Parameter::name).toList();
    }

    @Test
    void depthsAreThoseOfEachAttention() {
        List<String> names = names(ConditionalUNetReader.read(TrueConfigs.file("ssd-1b")));
        for (int i = 0; i < 3; i++) {
            String last = "up_blocks.0.attentions." + i + ".transformer_blocks." + (i == 2 ? 9 : 3) + ".norm1.weight";
            assertTrue(names.contains(last), last);
            assertFalse(names.contains(last.replaceAll("\\d(?=.norm1)", i == 2 ? "10" : "4")), last);
        }
        assertTrue(names.contains("mid_block.resnets.0.conv1.weight"));
        assertTrue(names.stream().noneMatch(name -> name.startsWith("mid_block.resnets.1") || name.startsWith("mid_block.att")));
    }

    /** As in a model that enlarges pictures; its middle never does so. */
    @Test
    void transformersMayReadTheTextAlone() {
        ConditionalUNetConfig config = ConditionalUNetReader.parse("""
                {"sample_size": 8, "block_out_channels": [8, 12], "norm_num_groups": 4, "layers_per_block": 1,
                 "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D"], "attention_head_dim": 2,
                 "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D"], "cross_attention_dim": 5,
                 "only_cross_attention": [true, false]}""", "the file");
        ParameterLayout layout = Graph.of(new ConditionalUNet(config, 3)).layout();
        String key = ".attentions.0.transformer_blocks.0.attn1.to_k.weight";
        assertArrayEquals(new int[] {8, 5}, layout.find("down_blocks.0" + key).shape());
        assertArrayEquals(new int[] {12, 12}, layout.find("down_blocks.1" + key).shape());
        assertArrayEquals(new int[] {12, 12}, layout.find("up_blocks.0" + key).shape());
        assertArrayEquals(new int[] {8, 5}, layout.find("up_blocks.1" + key).shape());
        assertArrayEquals(new int[] {12, 12}, layout.find("mid_block" + key).shape());
    }

    /** The format masks the tokens in the second attention of a block; in the first it does not, even where that reads them. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void maskIsOfTheSecondAttentionAlone(boolean onlyText) {
        ConditionalUNetConfig config = ConditionalUNetReader.parse("""
                {"sample_size": 4, "block_out_channels": [8], "norm_num_groups": 4, "layers_per_block": 1, "mid_block_type": null,
                 "down_block_types": ["CrossAttnDownBlock2D"], "up_block_types": ["CrossAttnUpBlock2D"], "cross_attention_dim": 5,
                 "attention_head_dim": 2, "only_cross_attention": %s}""".formatted(onlyText), "the file");
        try (Model model = new Model(Graph.of(new ConditionalUNet(config, 4, 4, 2, true)), device, false);
                Plan plan = new Plan(model, 1, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            model.initialize(3);
            kernels.upload(new float[] {0, Float.NEGATIVE_INFINITY}, 0, plan.input("text.mask").data());
            kernels.upload(new float[] {1, 2, 3, 4, 5, 1, 1, 1, 1, 1}, 0, plan.input("text").data());
            plan.forward(kernels, 1);
            double[] expected = Arrays64.read(plan.y().data());
            kernels.upload(new float[] {1, 2, 3, 4, 5, 5, 4, 3, 2, 1}, 0, plan.input("text").data());
            plan.forward(kernels, 1);
            assertEquals(onlyText, !Arrays.equals(expected, Arrays64.read(plan.y().data())), "the masked token is seen");
        }
    }

    /** Refused by name, whichever tensor it is; the largest public model has less than half as many values in one. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"block_out_channels\": [16384], \"time_embedding_dim\": 64 | conv1.weight, with those that lie beside it, has 2415919104",
        "\"block_out_channels\": [64], \"time_embedding_dim\": 1048576 | time_embedding.linear_2.weight, with those that lie",
        "\"block_out_channels\": [640], \"num_class_embeds\": 16777216 | class_embedding.weight, with those that lie beside it",
    })
    void tensorsThatAreTooLargeAreRefused(String values, String words) {
        ConditionalUNetConfig config = ConditionalUNetReader.parse("{\"sample_size\": 8, \"down_block_types\": [\"DownBlock2D\"],"
                + " \"up_block_types\": [\"UpBlock2D\"], \"mid_block_type\": null, " + values + "}", "the file");
        String message = assertThrows(IllegalArgumentException.class, () -> names(config)).getMessage();
        assertTrue(message.contains(words) && message.endsWith(" values, must be at most 2147483647"), message);
    }

    /** Only the shape in the file differs; both are read. */
    @Test
    void projectionsAreMatricesOrConvolutions() {
        try (SafetensorsFile matrices = SafetensorsFile.open(UNetCase.file("unet-sd2", "diffusion_pytorch_model.safetensors"));
                SafetensorsFile convs = SafetensorsFile.open(UNetCase.file("unet-sd1", "diffusion_pytorch_model.safetensors"))) {
            String name = "down_blocks.0.attentions.0.proj_in.weight";
            assertArrayEquals(new int[] {16, 16}, Graph.of(network("unet-sd2")).layout().find(name).shape());
            assertArrayEquals(new int[] {16, 16, 1, 1}, Graph.of(network("unet-sd1")).layout().find(name).shape());
            matrices.requireShape(name, 16, 16, 1, 1);
            convs.requireShape(name, 16, 16);
            assertThrows(RuntimeException.class, () -> convs.requireShape(name, 16, 8));
        }
    }

    /** Without attention it is the U-Net without text whose middle has a second block that adds nothing, but divides once more. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void withoutTextItIsTheOtherUNet(boolean resnets) {
        BlockType plain = resnets ? BlockType.RESNET : BlockType.PLAIN;
        UNetConfig other = UNetConfig.builder().size(4, 8).channels(2, 3).blockOutChannels(List.of(8, 12))
                .blocks(List.of(plain, plain), List.of(plain, plain)).layersPerBlock(1).norm(4, 1e-4f)
                .centerInputSample(true).frequencies(1, false).timeEmbedding(TimeEmbeddingType.POSITIONAL, 20)
                .midBlockScaleFactor(1.5f).sampling(0, false, false).attention(4, false).scaleShift(resnets)
                .classes(ClassEmbedType.TIMESTEP, 0).build();
        String types = resnets ? "\"Resnet%1$ssampleBlock2D\", \"Resnet%1$ssampleBlock2D\"" : "\"%1$sBlock2D\", \"%1$sBlock2D\"";
        ConditionalUNetConfig config = ConditionalUNetReader.parse(String.format("""
                {"sample_size": [4, 8], "in_channels": 2, "out_channels": 3, "block_out_channels": [8, 12], "norm_num_groups": 4,
                 "layers_per_block": 1, "down_block_types": [%s], "up_block_types": [%s], "mid_block_type": "UNetMidBlock2D",
                 "center_input_sample": true, "freq_shift": 1, "flip_sin_to_cos": false, "time_embedding_dim": 20,
                 "norm_eps": 1e-4, "mid_block_scale_factor": 2.25, "downsample_padding": 0, "class_embed_type": "timestep",
                 "resnet_time_scale_shift": "%s"}""",
                String.format(types, "Down"), String.format(types, "Up"), resnets ? "scale_shift" : "default"), "the file");
        Map<String, float[]> weights = new HashMap<>();
        double[] expected;
        try (Model model = new Model(Graph.of(new UNet(other)), device, false)) {
            model.initialize(3);
            model.save((parameter, values) -> {
                boolean nothing = parameter.name().startsWith("mid_block.resnets.1.conv2");
                weights.put(parameter.name(), nothing ? new float[values.length] : values);
            });
            model.load(parameter -> weights.get(parameter.name()));
            expected = output(model, "condition");
        }
        try (Model model = new Model(Graph.of(new ConditionalUNet(config, 5)), device, false)) {
            model.load(parameter -> weights.get(parameter.name()));
            assertArrayEquals(expected, output(model, "class"), 1e-6); // 1/1.5, squared, and 1/2.25 are rounded
        }
    }

    private double[] output(Model model, String classes) {
        try (Plan plan = new Plan(model, 2, Plan.Mode.INFERENCE);
                Kernels kernels = device.openKernels()) {
            float[] x = new float[2 * 64];
            for (int i = 0; i < x.length; i++) {
                x[i] = Philox.normal(5, 1, i);
            }
            kernels.upload(x, 0, plan.x().data());
            kernels.upload(new float[] {3, 900}, 0, plan.scalar("t").data());
            kernels.upload(new float[] {250, 7}, 0, plan.input(classes).data());
            plan.forward(kernels, 2);
            return Arrays64.read(plan.y().data());
        }
    }

    @Test
    void conditionIsOfItsParts() {
        Network network = network("unet-sdxl");
        assertEquals(7 * 20 + 10 + 6, network.condition().floats());
        assertEquals(new ConditionShape.Input("time_ids", 6), network.condition().inputs().get(2));
    }
}
