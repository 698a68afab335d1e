package io.bootdistill.cuda;

import java.util.List;

/** What convolutions, linear layers and attention multiply in, in the order of the native header; sums are float32. */
enum CudaPrecision {
    FLOAT32("float32"),
    /** Tensor cores, 10 bits of mantissa. */
    TF32("tf32"),
    /** Tensor cores, 7 bits of mantissa. */
    BF16("bf16");

    private final String text;

    CudaPrecision(String text) {
        this.text = text;
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
