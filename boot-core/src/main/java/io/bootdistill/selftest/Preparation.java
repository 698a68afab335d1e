package io.bootdistill.selftest;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Weights;

/** How a device derives its own form of the weights of a case. */
record Preparation(ToLength length, Action action) {

    interface ToLength {
        long of(Kernels kernels);
    }

    interface Action {
        void run(Kernels kernels, Weights weights);
    }
}
