package io.bootdistill.selftest;

import io.bootdistill.device.Tensor;
import org.jspecify.annotations.Nullable;

/** What a kernel adds to its result: the three forms of {@code base} and {@code residual}. */
enum Addend {
    /** Nothing: null. */
    NONE,
    /** What the output holds. */
    OUTPUT,
    /** Another tensor. */
    OTHER;

    /** The operand to pass. */
    @Nullable Tensor of(Operands operands, String addend, String output) {
        return switch (this) {
            case NONE -> null;
            case OUTPUT -> operands.tensor(output);
            case OTHER -> operands.tensor(addend);
        };
    }

    String describe(String name) {
        return switch (this) {
            case NONE -> "";
            case OUTPUT -> " " + name + "=output";
            case OTHER -> " " + name;
        };
    }

    /** One of the three, in turn. */
    static Addend turn(int index) {
        return values()[index % 3];
    }
}
