package io.bootdistill.cuda;

import java.util.List;

/** What convolutions, linear layers and attention multiply in, in the order of the native header; sums are float32. */
enum CudaPrecision {
    FLOAT32("float32", 24),
    /** Tensor cores, 10 bits of mantissa. */
    TF32("tf32", 11),
    /** Tensor cores, 7 bits of mantissa. */
    BF16("bf16", 8);

    private final String text;
    private final int significand;

    CudaPrecision(String text, int significand) {
        this.text = text;
        this.significand = significand;
    }

    /** The rounding error of an operand over that of float32. */
    double errorFactor() {
        return 1 << FLOAT32.significand - significand;
    }

    /** @throws IllegalArgumentException if there is no precision of that name */
    static CudaPrecision named(String name) {
        List<CudaPrecision> all = List.of(values());
        return all.stream().filter(precision -> precision.text.equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException(name + " is no precision, must be one of " + all));
    }

    @Override
    public String toString() {
        return text;
    }
}
