package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/**
 * The tensors of the bootstrapping loss, see {@link MethodKernels#bootstrapLoss}.
 *
 * @param noise ε, or what else the head reads in its place
 * @param output the student's
 * @param target what its signal is compared with
 * @param prediction written: the signal ŷ; may be null
 * @param dOutput written: the gradient of the loss by the output
 */
public record SignalLoss(Tensor noise, Tensor output, Tensor target, @Nullable Tensor prediction, Tensor dOutput) {}
