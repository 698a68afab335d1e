package io.bootdistill.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The ways to run inference in less memory, with the same bits: values overwrite others, convolutions run in strips of rows. */
final class LessMemory {

    private static final int[] STRIPS = {64, 32, 16, 8};

    private LessMemory() {}

    /**
     * The first way that takes at most so many bytes; each costs more time than the one before.
     *
     * @param strips whether there may be any
     * @throws IllegalArgumentException if none does, naming the least number of bytes
     */
    static PlanMemory within(Graph graph, int block, boolean strips, long bytes) {
        PlanMemory smallest = null;
        for (Supplier<PlanMemory> way : ways(graph, block, strips)) {
            PlanMemory memory = way.get();
            if (4 * memory.floats() <= bytes) {
                return memory;
            }
            smallest = smallest == null || memory.floats() < smallest.floats() ? memory : smallest;
        }
        throw new IllegalArgumentException("bytes is " + bytes + ", must be at least " + 4 * smallest.floats()
                + " for a block of " + block + " of this network");
    }

    /** Floats of the way that takes the least memory. */
    static long least(Graph graph, int block) {
        return ways(graph, block, true).stream().mapToLong(way -> way.get().floats()).min().orElseThrow();
    }

    private static List<Supplier<PlanMemory>> ways(Graph graph, int block, boolean strips) {
        List<Supplier<PlanMemory>> ways = new ArrayList<>();
        ways.add(() -> new PlanMemory(graph, block, null, null));
        ways.add(() -> overwriting(graph, block));
        for (int rows : strips ? STRIPS : new int[0]) {
            ways.add(() -> overwriting(graph.inStrips(rows), block));
        }
        return ways;
    }

    private static PlanMemory overwriting(Graph graph, int block) {
        return new PlanMemory(graph, block, Overlays.of(graph));
    }
}
