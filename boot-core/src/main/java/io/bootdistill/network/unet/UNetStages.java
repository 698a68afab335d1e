package io.bootdistill.network.unet;

import io.bootdistill.network.ResidualLayers.Resample;
import io.bootdistill.network.unet.ConditionalUNetConfig.MiddleBlock;
import io.bootdistill.network.unet.UNetLevel.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a {@link ConditionalUNet} by the format's names, with all their channels.
 *
 * @param down the finest first
 * @param up the coarsest first
 */
record UNetStages(List<Stage> down, Stage middle, List<Stage> up) {

    /**
     * A residual block.
     *
     * @param factor divides its sum
     * @param plainTime whether it reads the embedding without an activation
     */
    record Resnet(String name, int in, int out, Resample resample, float factor, boolean plainTime) {}

    /**
     * One block of the format: residual blocks, attentions after or, in the middle, between them, and what changes the resolution.
     *
     * @param depths transformer blocks of each attention
     * @param sampled whether the resolution changes after it
     * @param sampler the residual block that changes it; null where a convolution does
     */
    record Stage(
            String name, Block block, int headDim, List<Integer> depths, boolean onlyCrossAttention, List<Resnet> resnets,
            boolean sampled, @Nullable Resnet sampler) {}

    static UNetStages of(ConditionalUNetConfig config) {
        return new UNetStages(down(config), middle(config), up(config));
    }

    /** All residual blocks. */
    List<Resnet> resnets() {
        return Stream.of(down, List.of(middle), up).flatMap(List::stream)
                .flatMap(stage -> Stream.concat(stage.resnets().stream(), Stream.ofNullable(stage.sampler())))
                .toList();
    }

    private static List<Stage> down(ConditionalUNetConfig config) {
        List<Stage> stages = new ArrayList<>();
        int channels = config.firstChannels();
        for (int i = 0; i < config.levels().size(); i++) {
            UNetLevel level = config.levels().get(i);
            List<Integer> in = new ArrayList<>();
            for (int j = 0; j < level.layers(); j++) {
                in.add(j == 0 ? channels : level.channels());
            }
            boolean sampled = i < config.levels().size() - 1;
            stages.add(stage("down_blocks." + i, config, level, level.down(), level.downDepths(), in, sampled, Resample.DOWN));
            channels = level.channels();
        }
        return stages;
    }

    private static List<Stage> up(ConditionalUNetConfig config) {
        List<Stage> stages = new ArrayList<>();
        int deepest = config.levels().size() - 1;
        int previous = config.lastChannels();
        for (int i = 0; i <= deepest; i++) {
            UNetLevel level = config.levels().get(deepest - i);
            int finer = config.levels().get(Math.max(deepest - i - 1, 0)).channels();
            List<Integer> in = new ArrayList<>();
            for (int j = 0; j <= level.layers(); j++) {
                in.add((j == 0 ? previous : level.channels()) + (j == level.layers() ? finer : level.channels()));
            }
            stages.add(stage("up_blocks." + i, config, level, level.up(), level.upDepths(), in, i < deepest, Resample.UP));
            previous = level.channels();
        }
        return stages;
    }

    /** @param in channels that each residual block reads */
    private static Stage stage(
            String name, ConditionalUNetConfig config, UNetLevel level, Block block, List<Integer> depths, List<Integer> in,
            boolean sampled, Resample way) {
        boolean options = block.resamplesByResnet();
        float factor = options ? config.residual().factor() : 1;
        boolean plainTime = options && config.residual().skipTimeActivation();
        int out = level.channels();
        List<Resnet> resnets = new ArrayList<>();
        for (int j = 0; j < in.size(); j++) {
            resnets.add(new Resnet(name + ".resnets." + j, in.get(j), out, Resample.NONE, factor, plainTime));
        }
        String sampler = name + (way == Resample.DOWN ? ".downsamplers.0" : ".upsamplers.0");
        return new Stage(name, block, level.headDim(), depths, level.onlyCrossAttention(), resnets, sampled,
                sampled && options ? new Resnet(sampler, out, out, way, factor, plainTime) : null);
    }

    private static Stage middle(ConditionalUNetConfig config) {
        ConditionalUNetConfig.Middle middle = config.middle();
        UNetLevel level = config.levels().get(config.levels().size() - 1);
        Block block = switch (middle.block()) {
            case NONE, RESIDUAL -> Block.PLAIN;
            case CROSS_ATTENTION -> Block.CROSS_ATTENTION;
            case SIMPLE_CROSS_ATTENTION -> Block.SIMPLE_CROSS_ATTENTION;
        };
        int count = middle.block() == MiddleBlock.NONE ? 0 : block.hasAttention() ? 2 : 1;
        boolean plainTime = block.resamplesByResnet() && config.residual().skipTimeActivation();
        int channels = level.channels();
        List<Resnet> resnets = new ArrayList<>();
        for (int j = 0; j < count; j++) {
            resnets.add(new Resnet(
                    "mid_block.resnets." + j, channels, channels, Resample.NONE, middle.factor(), plainTime));
        }
        boolean only = block == Block.SIMPLE_CROSS_ATTENTION && middle.onlyCrossAttention();
        return new Stage("mid_block", block, level.headDim(), List.of(middle.depth()), only, resnets, false, null);
    }
}
