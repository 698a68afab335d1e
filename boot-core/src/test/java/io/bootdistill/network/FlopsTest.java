package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.device.Kernel;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a graph costs, by hand. */
@Tag("fast")
class FlopsTest {

    /** Attention of 6 pixels over 5 tokens beside convolutions and linear layers. */
    private record Mixed() implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(3, 4, 6);
        }

        @Override
        public int outputChannels() {
            return 8;
        }

        @Override
        public ImageShape output() {
            return new ImageShape(8, 2, 3);
        }

        @Override
        public List<String> scalars() {
            return List.of("t");
        }

        @Override
        public ConditionShape condition() {
            return new ConditionShape.Tokens(5, 7, false);
        }

        @Override
        public Value describe(GraphBuilder graph) {
            Value x = graph.conv("conv", graph.x(), 8, 2, 1, null, null);
            Value k = graph.linear("k", graph.condition(), 8, null);
            return graph.silu(graph.attention(x, k, graph.linear("v", graph.condition(), 8, null), null, 2));
        }
    }

    @Test
    void productsCount() {
        double conv = 2.0 * 9 * 3 * 8 * 6;
        double linears = 2 * 2.0 * 7 * 8 * 5;
        double attention = 2 * 2.0 * 6 * 5 * 8;
        Graph graph = Graph.of(new Mixed());
        assertEquals(conv + linears + attention, graph.flops());
        assertEquals(conv, graph.flops(Kernel.CONV_FORWARD));
        assertEquals(linears, graph.flops(Kernel.LINEAR_FORWARD));
    }
}
