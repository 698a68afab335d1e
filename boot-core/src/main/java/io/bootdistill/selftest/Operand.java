package io.bootdistill.selftest;

/**
 * One operand of a case.
 *
 * @param perSample whether the rows belong to samples: {@code rows} of them to each; else {@code rows} in all
 */
record Operand(String name, Role role, boolean perSample, int rows, int channels, int stride, int offset, Values values) {

    /** What a call does with an operand. */
    enum Role {
        /** Read. */
        INPUT,
        /** Read by the call of a derivative, and written by its forward one: given the reference device's values. */
        DERIVED,
        /** Overwritten. */
        OUTPUT,
        /** Read and written: an output that is added to. */
        UPDATED
    }

    /** The value of an element; {@link io.bootdistill.device.Philox#normal(long, int, long)} is one. */
    interface Values {
        float at(long seed, int draw, long index);
    }

    boolean written() {
        return role == Role.OUTPUT || role == Role.UPDATED;
    }

    int rows(int samples) {
        return perSample ? samples * rows : rows;
    }
}
