/**
 * Benchmarks, and what becomes of their times. {@link io.bootdistill.bench.Benchmarks} runs them by JMH and writes
 * {@link io.bootdistill.bench.Results}; {@link io.bootdistill.bench.Comparison} holds those against the committed
 * {@link io.bootdistill.bench.Baseline}; {@link io.bootdistill.bench.Guard} does so in a minute, for every change.
 */
package io.bootdistill.bench;

