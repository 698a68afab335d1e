/**
 * The {@code cpu} device: C++ kernels with SIMD instructions behind the C ABI that
 * {@link io.bootdistill.internal.natives} binds. Each call runs on the thread that makes it; threads are the caller's.
 *
 * <p>The kernels are compiled once per instruction set ({@code baseline}: x86-64 with SSE2; {@code avx2}: AVX2 and FMA; {@code
 * avx512}: AVX-512) and the best that the processor has is taken. The system property {@code io.bootdistill.cpu.tier} caps it.
 */
package io.bootdistill.cpu;

