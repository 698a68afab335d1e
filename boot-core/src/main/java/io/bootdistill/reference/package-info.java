/**
 * The plain-Java device: the oracle that every other device is tested against, and the one that runs everywhere.
 *
 * <p>It is written to be read, not to be fast. Arithmetic and memory are float64, so that finite differences work; rounded to
 * float32 are only the values that the contract documents as float32: the noise, the angles of a time embedding, and the
 * state that a checkpoint keeps (parameters, moments, moving average).
 *
 * <p>{@code ReferenceKernels} collects one interface per family of operations. Each operation first makes a {@code Matrix} of
 * every operand, which checks it, and only then computes.
 */
package io.bootdistill.reference;

