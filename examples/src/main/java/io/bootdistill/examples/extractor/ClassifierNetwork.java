package io.bootdistill.examples.extractor;

import io.bootdistill.device.Activation;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.GraphBuilder;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.Value;
import java.util.List;

/**
 * A small residual classifier that answers one question about a picture or several. Each level has one residual block; a strided
 * convolution leads to the next, of half the size. The mean over the pixels of the last level are the features, a linear layer
 * makes the logits of all answers of them. The output is one pixel: features, then the logits of each question in turn.
 *
 * @param shape of the images; square, a power of two
 * @param stride of the first convolution: 1, or 2 for a first level of half the size
 * @param widths channels of each level, multiples of 8; the last is the number of features
 * @param answers possible answers to each question: one number for a classifier of one kind of class
 */
public record ClassifierNetwork(ImageShape shape, int stride, List<Integer> widths, List<Integer> answers)
        implements Network {

    private static final int GROUPS = 8;
    private static final float EPSILON = 1e-5f;

    @Override
    public ImageShape input() {
        return shape;
    }

    @Override
    public int outputChannels() {
        return features() + answers.stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public ImageShape output() {
        return new ImageShape(outputChannels(), 1, 1);
    }

    @Override
    public List<String> scalars() {
        return List.of();
    }

    @Override
    public ConditionShape condition() {
        return new ConditionShape.None();
    }

    int features() {
        return widths.get(widths.size() - 1);
    }

    @Override
    public Value describe(GraphBuilder graph) {
        Value x = graph.conv("conv_in", graph.x(), widths.get(0), stride, 1, null, null);
        for (int i = 0; i < widths.size(); i++) {
            if (i > 0) {
                x = graph.conv("levels." + i + ".down", x, widths.get(i), 2, 1, null, null);
            }
            Value h = norm(graph, "levels." + i + ".norm_1", x);
            h = graph.conv("levels." + i + ".conv_1", h, widths.get(i));
            h = norm(graph, "levels." + i + ".norm_2", h);
            x = graph.conv("levels." + i + ".conv_2", h, widths.get(i), 1, 1, null, x);
        }
        x = norm(graph, "norm_out", x);
        while (x.height() > 1) {
            x = graph.downsample(x);
        }
        return graph.concat(x, graph.linear("logits", x, outputChannels() - features(), null));
    }

    private static Value norm(GraphBuilder graph, String name, Value x) {
        return graph.groupNorm(name, x, GROUPS, EPSILON, Activation.SILU, null, null);
    }
}
