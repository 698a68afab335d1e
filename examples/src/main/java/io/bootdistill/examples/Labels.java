package io.bootdistill.examples;

import static io.bootdistill.examples.Arguments.require;

import io.bootdistill.network.ConditionShape;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;

/** The labels that images are asked for by. */
final class Labels {

    private Labels() {}

    /** The labels of a model without the null label; none for an unconditional model. */
    static int[] real(ConditionShape condition, int nullLabel) {
        if (condition instanceof ConditionShape.Label label) {
            int[] all = IntStream.range(0, label.count()).toArray();
            return label.count() == 1 ? all : IntStream.of(all).filter(i -> i != nullLabel).toArray();
        }
        return new int[0];
    }

    /**
     * The labels that images take in turn; none for an unconditional model.
     *
     * @param labels that were asked for; null for all real ones
     * @param model for messages
     */
    static int[] cycle(CommandSpec spec, List<String> labels, ConditionShape condition, int nullLabel, Object model) {
        if (condition instanceof ConditionShape.Vector) {
            throw new Failure(model + " is conditioned on vectors, which the command line cannot give; use the library");
        }
        if (labels == null) {
            return real(condition, nullLabel);
        }
        int most = condition instanceof ConditionShape.Label label ? label.count() - 1 : -1;
        require(spec, most >= 0, "--labels", labels, "left out: this model has no classes");
        for (String label : labels) {
            require(spec, label.matches("\\d{1,9}") && Integer.parseInt(label) <= most, "--labels", label,
                    "0 … " + most + (nullLabel < 0 ? "" : " (" + nullLabel + " means no class)"));
        }
        return labels.stream().mapToInt(Integer::parseInt).toArray();
    }
}
