package io.bootdistill.internal.pipeline;

import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import io.bootdistill.network.text.ClipText;
import io.bootdistill.network.unet.ConditionalUNet;
import java.util.List;
import java.util.Map;

/**
 * A text encoder and the U-Net that reads its states, as one network whose condition are the ids of a prompt: gradients reach the
 * encoder. Parameters have the names that they have in either.
 *
 * @param unet that reads nothing but the states
 */
record PromptUNet(ClipText text, ConditionalUNet unet) implements Network {

    @Override
    public ImageShape input() {
        return unet.input();
    }

    @Override
    public int outputChannels() {
        return unet.outputChannels();
    }

    @Override
    public List<String> scalars() {
        return unet.scalars();
    }

    /** The ids, as numbers. */
    @Override
    public ConditionShape condition() {
        return new ConditionShape.Vector(text.input().pixels());
    }

    @Override
    public Value describe(GraphBuilder graph) {
        Value states = graph.part(text::describe, graph.condition(), Map.of());
        return graph.part(unet::describe, graph.x(), Map.of(
                ConditionalUNet.TIME, graph.scalar(ConditionalUNet.TIME), ConditionalUNet.TEXT, states));
    }
}
