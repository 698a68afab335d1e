package io.bootdistill.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a network has described of its graph so far. */
class GraphParts {

    final LayoutBuilder layout;
    final List<Operation> operations = new ArrayList<>();
    final List<Value> values = new ArrayList<>();

    GraphParts() {
        this(Operation.Place.TRAINED);
    }

    /** @param place of the network's parameters */
    GraphParts(Operation.Place place) {
        layout = new LayoutBuilder(place);
    }

    final Value value(int height, int width, int channels) {
        Value value = new Value(values.size(), height, width, channels);
        values.add(value);
        return value;
    }

    /** A value of the shape of x. */
    final Value like(Value x) {
        return value(x.height, x.width, x.channels);
    }

    /** What stands for y, the results of some linear layers of x, side by side. */
    Value linears(List<String> names, int[] outs, Value x, Value y) {
        return y;
    }

    /** Columns of a value. */
    Value columns(Value x, int from, int count) {
        Value part = value(x.height, x.width, count);
        part.placeIn(x, from);
        return part;
    }

    /** Of what is trained. */
    ParameterLayout trained() {
        return layout.build();
    }

    /** Of what stays as it is; null where that is nothing but the constants. */
    @Nullable ParameterLayout frozen() {
        return null;
    }
}
