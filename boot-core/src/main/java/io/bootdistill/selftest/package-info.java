/**
 * The self-test of a device, and the table of operation cases that it walks.
 *
 * <p>{@link io.bootdistill.selftest.SelfTest} is for users. An {@link io.bootdistill.selftest.OperationCase} is one operation
 * with one set of operands; {@link io.bootdistill.selftest.OperationCases} holds them all. The same cases drive the contract
 * test of every device, the finite differences of the gradients, and the benchmarks.
 */
@NullMarked
package io.bootdistill.selftest;

import org.jspecify.annotations.NullMarked;
