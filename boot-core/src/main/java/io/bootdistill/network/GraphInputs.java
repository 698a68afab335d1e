package io.bootdistill.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values that the inputs of a network are, by their names. */
final class GraphInputs {

    private final GraphParts parts;
    private final Map<String, Value> inputs = new LinkedHashMap<>();

    private GraphInputs(GraphParts parts) {
        this.parts = parts;
    }

    static Map<String, Value> of(GraphParts parts, ImageShape x, List<String> scalars, ConditionShape condition) {
        GraphInputs made = new GraphInputs(parts);
        made.inputs.put(InputNames.X, parts.value(x.height(), x.width(), x.channels()));
        for (String scalar : scalars) {
            made.inputs.put(scalar, parts.value(1, 1, 1));
        }
        if (condition instanceof ConditionShape.Parts several) {
            several.parts().forEach(part -> made.add(part.name(), InputNames.mask(part.name()), part.shape()));
        } else if (condition.floats() > 0) {
            made.add(InputNames.CONDITION, InputNames.MASK, condition);
        }
        return made.inputs;
    }

    private void add(String name, String mask, ConditionShape shape) {
        if (shape instanceof ConditionShape.Tokens tokens) {
            inputs.put(name, parts.value(1, tokens.length(), tokens.channels()));
            if (tokens.masked()) {
                inputs.put(mask, parts.value(1, 1, tokens.length()));
            }
        } else if (shape instanceof ConditionShape.Image image) {
            inputs.put(name, parts.value(image.shape().height(), image.shape().width(), image.shape().channels()));
        } else {
            inputs.put(name, parts.value(1, 1, shape.floats()));
        }
    }
}
