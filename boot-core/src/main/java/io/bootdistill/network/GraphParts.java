package io.bootdistill.network;

import java.util.ArrayList;
import java.util.List;

/** What a network has described of its graph so far. */
final class GraphParts {

    final LayoutBuilder layout = new LayoutBuilder();
    final List<Operation> operations = new ArrayList<>();
    final List<Value> values = new ArrayList<>();

    Value value(int height, int width, int channels) {
        Value value = new Value(values.size(), height, width, channels);
        values.add(value);
        return value;
    }

    /** A value of the shape of x. */
    Value like(Value x) {
        return value(x.height, x.width, x.channels);
    }
}
