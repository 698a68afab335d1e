package io.bootdistill.selftest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a case a {@link BoundCase} places on a device and calls there. */
abstract class CaseContent {

    final List<Operand> operands = new ArrayList<>();

    /** How weights are prepared; null where there are none, or they are not. */
    @Nullable Preparation preparation;

    @Nullable OperandCall call;

    /** What a case of a derivative derives; null for others. */
    @Nullable OperandCall forward;

    Operand operand(String operand) {
        return operands.stream().filter(o -> o.name().equals(operand)).findFirst().orElseThrow();
    }

    /**
     * The values of an operand for the whole batch, row after row without gaps.
     *
     * @param draw which of its values, from 0; what is derived has the same in all
     */
    abstract float[] values(Operand operand, int draw);
}
