package io.bootdistill.network;

import io.bootdistill.device.Linear;
import io.bootdistill.network.Parameter.Initial;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A graph to whose linear layers low-rank products are added as the network describes itself; its own parameters are frozen. */
final class AdaptedParts extends GraphParts {

    /** Where A and B lie. */
    private final LayoutBuilder adapters = new LayoutBuilder(Operation.Place.TRAINED);

    private final LowRank adapter;
    private final Set<LowRank.Target> found = EnumSet.noneOf(LowRank.Target.class);

    /** Of layers that lie side by side: what stands for the columns of one, by the first of them. */
    private final Map<Value, Map<Integer, Value>> sums = new HashMap<>();

    AdaptedParts(LowRank adapter) {
        super(Operation.Place.FROZEN);
        this.adapter = adapter;
    }

    /** The sum where y is of one layer; of several, {@link #columns} gives those: y itself is without. */
    @Override
    Value linears(List<String> names, int[] outs, Value x, Value y) {
        int column = 0;
        for (int i = 0; i < outs.length; i++) {
            if (isTarget(names.get(i))) {
                Value own = outs.length == 1 ? y : super.columns(y, column, outs[i]);
                sums.computeIfAbsent(y, any -> new HashMap<>()).put(column, add(names.get(i), x, own));
            }
            column += outs[i];
        }
        return outs.length == 1 && sums.containsKey(y) ? columns(y, 0, y.channels) : y;
    }

    private boolean isTarget(String layer) {
        for (LowRank.Target target : LowRank.Target.values()) {
            if (target.isOf(layer)) {
                found.add(target);
                return adapter.targets().contains(target);
            }
        }
        return false;
    }

    /** y + (scale/rank)·x·Aᵀ·Bᵀ. */
    private Value add(String name, Value x, Value y) {
        int rank = Math.min(adapter.rank(), Math.min(x.channels, y.channels));
        Value h = linear(name + ".lora_A", x, rank, null, Initial.UNIFORM);
        Value scaled = like(h);
        operations.add(new AffineOperation(adapter.factor(), 0, h, null, scaled));
        return linear(name + ".lora_B", scaled, y.channels, y, Initial.ZERO);
    }

    private Value linear(String name, Value x, int out, @Nullable Value residual, Initial initial) {
        Value y = value(x.height, x.width, out);
        operations.add(new LinearOperation(new Linear(x.channels, out), x, residual, y,
                adapters.linear(List.of(name), x.channels, new int[] {out}, false, initial)));
        return y;
    }

    @Override
    Value columns(Value x, int from, int count) {
        Map<Integer, Value> adapted = sums.getOrDefault(x, Map.of());
        Value sum = adapted.get(from);
        if (sum != null && sum.channels == count) {
            return sum;
        }
        adapted.forEach((first, other) -> {
            if (from < first + other.channels && first < from + count) {
                throw new IllegalStateException("columns of an adapted layer cannot be seen with others, or in parts");
            }
        });
        return super.columns(x, from, count);
    }

    @Override
    ParameterLayout trained() {
        return adapters.build();
    }

    @Override
    ParameterLayout frozen() {
        return layout.build();
    }

    /** @throws IllegalArgumentException if the network has no layer of a target */
    void requireFound(Network network) {
        if (!found.containsAll(adapter.targets())) {
            throw new IllegalArgumentException("targets of the adapter is " + adapter.targets() + ", must be "
                    + (found.isEmpty() ? "of a network with attention" : "some of " + found) + ": this one is " + network);
        }
    }
}
