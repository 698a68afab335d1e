package io.bootdistill.network;

import java.util.HashMap;
import java.util.Map;

/**
 * Values that may lie in the place of others where nothing runs backward: an operation's output overwrites what that operation is
 * the last to read.
 */
final class Overlays {

    private Overlays() {}

    /** For each value that overwrites others, the first of them, which has the memory. */
    static Map<Value, Value> of(Graph graph) {
        Map<Value, Integer> lastRead = new HashMap<>();
        for (int i = 0; i < graph.operations.size(); i++) {
            for (Value input : graph.operations.get(i).inputs) {
                if (input != null) {
                    lastRead.put(input.root(), i);
                }
            }
        }
        graph.inputs.values().forEach(input -> lastRead.put(input, Integer.MAX_VALUE)); // for a run after this one
        graph.ends().forEach(output -> lastRead.put(output.root(), Integer.MAX_VALUE));
        Map<Value, Value> places = new HashMap<>();
        for (int i = 0; i < graph.operations.size(); i++) {
            Operation operation = graph.operations.get(i);
            for (int k = 0; k < operation.inputs.length; k++) {
                Value x = operation.inputs[k];
                if (x != null && operation.overwrites(k) && isAlone(x) && isAlone(operation.output)
                        && lastRead.get(x) == i && isReadOnce(operation, x)) {
                    places.put(operation.output, places.getOrDefault(x, x));
                }
            }
        }
        return places;
    }

    private static boolean isAlone(Value value) {
        return value.parent() == null;
    }

    private static boolean isReadOnce(Operation operation, Value x) {
        int reads = 0;
        for (Value input : operation.inputs) {
            reads += input != null && input.root() == x ? 1 : 0;
        }
        return reads == 1;
    }
}
