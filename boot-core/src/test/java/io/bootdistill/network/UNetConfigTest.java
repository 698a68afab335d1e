package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.network.UNetConfig.Builder;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("fast")
class UNetConfigTest {

    private static final UNetConfig SMALL = UNetConfig.of(new ImageShape(3, 16, 32), List.of(16, 24), 1, 4);

    /** Each value differs from the default. */
    private static final UNetConfig OTHER = UNetConfig.builder()
            .size(8, 24).channels(1, 2).centerInputSample(true).timeEmbedding(TimeEmbeddingType.FOURIER, 20)
            .frequencies(1, false).blocks(List.of(BlockType.RESNET, BlockType.PLAIN), List.of(BlockType.PLAIN, BlockType.RESNET))
            .blockOutChannels(List.of(12, 18)).layersPerBlock(3).midBlockScaleFactor(0.5f).sampling(0, true, true)
            .attention(0, false).norm(6, 1e-4f).attnNormNumGroups(9).dropout(0.25).scaleShift(true)
            .classes(ClassEmbedType.IDENTITY, 5).midBlock(false).build();

    /** A run knows its teacher by these texts: as release 0.1.0 had them. */
    @Test
    void textIsThatOfEarlierReleases() {
        assertEquals("UNetConfig[height=16, width=16, inChannels=1, outChannels=1, centerInputSample=false,"
                + " timeEmbeddingType=POSITIONAL, timeEmbeddingDim=128, freqShift=0, flipSinToCos=true,"
                + " downBlocks=[PLAIN, ATTENTION, PLAIN], upBlocks=[PLAIN, ATTENTION, PLAIN], blockOutChannels=[32, 64, 64],"
                + " layersPerBlock=1, midBlockScaleFactor=1.0, downsamplePadding=1, resnetDownsample=false,"
                + " resnetUpsample=false, attentionHeadDim=32, normNumGroups=8, attnNormNumGroups=0, normEps=1.0E-5,"
                + " dropout=0.0, scaleShift=false, addAttention=true, classEmbedType=LABEL, numClassEmbeds=11]",
                UNetConfig.read(Path.of("..", "teachers", "fashion-mnist-16", "unet", "config.json")).toString());
        assertEquals("UNetConfig[height=16, width=32, inChannels=3, outChannels=3, centerInputSample=false,"
                + " timeEmbeddingType=POSITIONAL, timeEmbeddingDim=64, freqShift=0, flipSinToCos=true,"
                + " downBlocks=[PLAIN, ATTENTION], upBlocks=[ATTENTION, PLAIN], blockOutChannels=[16, 24], layersPerBlock=1,"
                + " midBlockScaleFactor=1.0, downsamplePadding=1, resnetDownsample=false, resnetUpsample=false,"
                + " attentionHeadDim=8, normNumGroups=8, attnNormNumGroups=0, normEps=1.0E-5, dropout=0.0, scaleShift=false,"
                + " addAttention=true, classEmbedType=LABEL, numClassEmbeds=4]", SMALL.toString());
    }

    @Test
    void textNamesEveryValue() {
        String text = Arrays.stream(UNetValues.class.getRecordComponents())
                .map(value -> value.getName() + "=" + read(value, OTHER))
                .collect(Collectors.joining(", ", "UNetConfig[", "]"));
        assertEquals(text, OTHER.toString());
    }

    @Test
    void builderKeepsEveryValue() {
        assertEquals(OTHER, OTHER.toBuilder().build());
        assertEquals(OTHER.hashCode(), OTHER.toBuilder().build().hashCode());
        assertEquals(OTHER, UNetConfig.parse(OTHER.toJson(), "written"));
        UNetConfig defaults = UNetConfig.builder().size(8, 8).build();
        assertNotEquals(defaults, OTHER);
        for (RecordComponent value : UNetValues.class.getRecordComponents()) {
            if (!value.getName().equals("height")) { // has no default
                assertNotEquals(read(value, defaults), read(value, OTHER), value.getName());
            }
        }
        assertEquals(defaults, UNetConfig.parse("{\"sample_size\":8}", "the file"));
    }

    private static Object read(RecordComponent value, UNetConfig config) {
        try {
            return UNetConfig.class.getMethod(value.getName()).invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void timeEmbeddingFollowsTheFirstBlock() {
        assertEquals(64, SMALL.timeEmbeddingDim());
        assertEquals(48, SMALL.toBuilder().timeEmbedding(TimeEmbeddingType.POSITIONAL, 0)
                .blockOutChannels(List.of(12, 24)).norm(4, 1e-5f).build().timeEmbeddingDim());
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                refused("sample_size is 0, must be 1 … 16384", b -> b.size(0, 8)),
                refused("sample_size is 16385", b -> b.size(8, 16385)),
                refused("sample_size is 8×7, must be a multiple of 2", b -> b.size(8, 7)),
                refused("in_channels is 0, must be 1 … 65536", b -> b.channels(0, 1)),
                refused("out_channels is -1", b -> b.channels(1, -1)),
                refused("time_embedding_dim is -1", b -> b.timeEmbedding(TimeEmbeddingType.FOURIER, -1)),
                refused("freq_shift is 2, must be 0 … 1", b -> b.frequencies(2, true)),
                refused("down_block_types has 0 entries", b -> b.blocks(List.of(), List.of())),
                refused("block_out_channels is empty", b -> b.blockOutChannels(List.of())),
                refused("block_out_channels is 0, must be 1 … 65536", b -> b.blockOutChannels(List.of(8, 0))),
                refused("layers_per_block is 65, must be 1 … 64", b -> b.layersPerBlock(65)),
                refused("mid_block_scale_factor is NaN, must be a number above 0", b -> b.midBlockScaleFactor(Float.NaN)),
                refused("downsample_padding is 2", b -> b.sampling(2, false, false)),
                refused("attention_head_dim is -1", b -> b.attention(-1, true)),
                refused("attention_head_dim is 25, must be at most 24", b -> b.attention(25, true)),
                refused("norm_num_groups is 0", b -> b.norm(0, 1e-5f)),
                refused("norm_eps is 0.0", b -> b.norm(8, 0)),
                refused("attn_norm_num_groups is 7, must be a divisor of 24", b -> b.attnNormNumGroups(7)),
                refused("dropout is 1.5, must be in [0, 1]", b -> b.dropout(1.5)),
                refused("num_class_embeds is 0, must be 1 … 16777216", b -> b.classes(ClassEmbedType.LABEL, 0)),
                refused("num_class_embeds is 3, must be 0 … 0", b -> b.classes(ClassEmbedType.NONE, 3)));
    }

    private static Arguments refused(String message, UnaryOperator<Builder> change) {
        return Arguments.of(message, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void badArgumentsAreRefusedByName(String message, UnaryOperator<Builder> change) {
        Builder builder = change.apply(SMALL.toBuilder());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, builder::build);
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }
}
