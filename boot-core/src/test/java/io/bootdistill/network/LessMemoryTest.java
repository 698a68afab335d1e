package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which values overwrite which, and what is refused; that bits stay the same is tested with the networks that need it. */
@Tag("fast")
class LessMemoryTest {

    /** A network that notes its values by name, and returns the last. */
    private record Noting(Map<String, Value> notes, BiFunction<GraphBuilder, Map<String, Value>, Value> layers)
            implements Network {

        @Override
        public ImageShape input() {
            return new ImageShape(4, 16, 4);
        }

        @Override
        public int outputChannels() {
            return 4;
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
            return layers.apply(graph, notes);
        }
    }

    private static Value norm(GraphBuilder graph, String name, Value x) {
        return graph.groupNorm(name, x, 2, 1e-6f, Activation.SILU, null, null);
    }

    private final Map<String, Value> notes = new LinkedHashMap<>();

    private Graph graph(BiFunction<GraphBuilder, Map<String, Value>, Value> layers) {
        return Graph.of(new Noting(notes, layers));
    }

    /** The names of values that overwrite others. */
    private TreeSet<String> overwriting(Graph graph) {
        Map<Value, Value> overlays = Overlays.of(graph);
        TreeSet<String> names = new TreeSet<>();
        notes.forEach((name, value) -> {
            if (overlays.containsKey(value)) {
                names.add(name);
            }
        });
        return names;
    }

    @Test
    void lastReadIsOverwritten() {
        Graph graph = graph((g, notes) -> {
            notes.put("norm of the input", norm(g, "n0", g.x())); // which stays for another run
            notes.put("a", g.conv("a", notes.get("norm of the input"), 4));
            notes.put("norm of what is read again", norm(g, "n1", notes.get("a")));
            notes.put("b", g.conv("b", notes.get("norm of what is read again"), 4, 1, 1, null, notes.get("a")));
            notes.put("norm", norm(g, "n2", notes.get("b")));
            notes.put("twice", g.conv("c", notes.get("norm"), 4, 1, 1, null, notes.get("norm")));
            g.output("named", notes.get("twice"));
            notes.put("norm of an output", norm(g, "n3", notes.get("twice")));
            return g.columns(g.linear("d", notes.get("norm of an output"), 8, null), 0, 4);
        });
        assertEquals(new TreeSet<>(List.of("b", "norm")), overwriting(graph));
        assertSame(notes.get("a"), Overlays.of(graph).get(notes.get("norm")), "which has the memory of all three");
    }

    @Test
    void partsStayWhereTheyAre() {
        Graph graph = graph((g, notes) -> {
            Value both = g.linear("a", g.x(), 8, null);
            notes.put("norm of a part", norm(g, "n", g.columns(both, 0, 4)));
            notes.put("part", norm(g, "p", g.conv("b", g.columns(both, 4, 4), 4)));
            notes.put("norm of all", norm(g, "m", g.concat(g.silu(notes.get("norm of a part")), notes.get("part"))));
            return g.conv("c", notes.get("norm of all"), 4);
        });
        assertEquals(new TreeSet<>(List.of("norm of all")), overwriting(graph));
    }

    /** Strips are of large convolutions that halve, double or add nothing, and that have fewer channels after than before. */
    @Test
    void convolutionsOverwriteInStrips() {
        Graph graph = graph((g, notes) -> {
            Value a = g.linear("a", g.x(), 8, null);
            notes.put("in strips", g.conv("b", a, 6));
            notes.put("wider", g.conv("c", notes.get("in strips"), 8));
            notes.put("with residual", g.conv("d", g.silu(notes.get("wider")), 8, 1, 1, null, notes.get("wider")));
            notes.put("halving", g.conv("e", notes.get("with residual"), 8, 2, 1, null, null));
            notes.put("small", g.conv("f", g.conv("s", notes.get("halving"), 2), 2));
            return g.upsampledConv("g", notes.get("small"), 4, null);
        });
        assertEquals(new TreeSet<>(List.of("with residual")), overwriting(graph));
        assertEquals(new TreeSet<>(List.of("in strips", "with residual")), overwriting(graph.inStrips(8)));
        assertEquals(new TreeSet<>(List.of("with residual")), overwriting(graph.inStrips(16)), "one strip is none");
    }

    @Test
    void devicesMayHaveNoStrips() {
        Graph graph = graph((g, notes) ->
                g.linear("c", g.conv("b", norm(g, "n", g.conv("a", g.x(), 64)), 64), 4, null));
        long usual = 4 * new PlanMemory(graph, 3, null, null).floats();
        long overwriting = 4 * new PlanMemory(graph, 3, Overlays.of(graph)).floats();
        assertEquals(usual, 4 * LessMemory.within(graph, 3, false, usual).floats());
        assertEquals(overwriting, 4 * LessMemory.within(graph, 3, false, usual - 1).floats());
        assertEquals(LessMemory.least(graph, 3), LessMemory.within(graph, 3, true, overwriting - 1).floats());
        assertTrue(assertThrows(
                IllegalArgumentException.class, () -> LessMemory.within(graph, 3, false, overwriting - 1)).getMessage()
                .contains("must be at least " + overwriting + " for a block of 3"));
    }
}
