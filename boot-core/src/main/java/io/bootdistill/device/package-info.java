/**
 * The contract between a network and the device that runs it.
 *
 * <p>A {@link io.bootdistill.device.Device} allocates {@link io.bootdistill.device.DeviceMemory} and opens
 * {@link io.bootdistill.device.Kernels}, which has one method per operation, family by family: what networks need in
 * {@link io.bootdistill.device.NetworkKernels}, what the method needs in {@link io.bootdistill.device.MethodKernels}, the
 * optimiser in {@link io.bootdistill.device.OptimiserKernels}. Nothing above this package knows which device runs; nothing
 * below it knows what a U-Net is.
 *
 * <h2>Conventions of every kernel</h2>
 * <ul>
 *   <li>Images are NHWC: an image batch of n samples with h × w pixels and c channels is a matrix of n·h·w rows and c
 *       columns, a {@link io.bootdistill.device.Tensor}, whose rows may lie further apart than c (a column range of a
 *       wider matrix: this is how a concatenation needs no copy).
 *   <li>Convolution weights are [3][3][in][out], linear weights [in][out].
 *   <li>n is the number of samples of this call. A sample's values never depend on n nor on its place in the batch.
 *   <li>Outputs are overwritten. A backward kernel computes {@code dx = base + contribution}; {@code base} is null
 *       (nothing to add), {@code dx} itself (accumulate), or another tensor. Parameter gradients are added to when
 *       {@code accumulate} is true and overwritten otherwise.
 *   <li>Operands that stay the same from call to call are records, made once: a step allocates nothing. What changes (n, the
 *       coefficients of a block, the parameter gradients of a lane) is passed beside them.
 *   <li>Apart from {@code base} = {@code dx} (and {@code residual} = {@code y}) no output overlaps an input, unless an
 *       operation says so.
 *   <li>Indices that select something (labels) are float32 values that hold whole numbers; the caller has checked their
 *       range.
 * </ul>
 */
@NullMarked
package io.bootdistill.device;

import org.jspecify.annotations.NullMarked;
