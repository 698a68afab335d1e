package io.bootdistill.examples;

import io.bootdistill.network.ConditionShape;
import java.util.stream.IntStream;

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
}
