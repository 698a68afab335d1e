package io.bootdistill.device;

import org.jspecify.annotations.Nullable;

/**
 * Weights of a convolution or linear layer with what a device has derived from them.
 *
 * @param values the weights, as the optimiser updates them
 * @param prepared the device's own form, made by {@link Kernels#prepare(Conv, Weights, boolean)}; null where
 *     {@code preparedLength} is 0, or to save its memory: then each call derives what it needs, and computes the same bits
 */
public record Weights(Slice values, @Nullable Slice prepared) {}
