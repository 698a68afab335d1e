// What every kernel source includes: the CUDA language and its runtime, and the few things that C++ has no word for (shared
// memory, launches, tensor cores, asynchronous copies). The only place that knows which compiler is at work: nvcc, or g++
// when the tests run the same sources on a CPU (BOOT_CUDA_EMULATED, src/test/native/emulator).
//
// Rules that hold for both: kernels lie in namespace boot (static or not, in no unnamed namespace), and no two files hold
// kernels of one name and the same parameters: names find the PTX. Shared memory is declared by the two macros alone,
// launches are written BOOT_LAUNCH.
//
//   BOOT_SHARED(float, tile, [2][32]);              float tile[2][32] in shared memory, 128-byte aligned
//   BOOT_DYNAMIC_SHARED(float, scratch);            float* to the bytes that the launch asked for, 128-byte aligned
//   BOOT_LAUNCH((kernel<64, true>), grid, block, shared_bytes, stream, a, b);     kernel names with a comma in parentheses
#pragma once
#ifdef BOOT_CUDA_EMULATED
#include "emulation.h"
#else
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#include <stdint.h>

#define BOOT_SHARED(type, name, dimensions) __shared__ __align__(128) type name dimensions
#define BOOT_DYNAMIC_SHARED(type, name)                                       \
    extern __shared__ __align__(128) unsigned char boot_dynamic_shared[];     \
    type* name = reinterpret_cast<type*>(boot_dynamic_shared)
#define BOOT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) \
    kernel<<<grid, block, shared_bytes, stream>>>(__VA_ARGS__)

namespace boot {

__device__ __forceinline__ uint32_t shared_address(const void* p) {
    return static_cast<uint32_t>(__cvta_generic_to_shared(p));
}

// ---- tensor cores: d += a b for one warp. With group = lane/4 and quad = lane%4, a lane holds
//   d: (group, 2 quad), (group, 2 quad + 1), (group + 8, 2 quad), (group + 8, 2 quad + 1)
//   bf16: a[0] = (group, 2 quad..+1), a[1] = (group + 8, 2 quad..+1), a[2] and a[3] the same 8 columns on;
//         b[0] = (2 quad..+1, group), b[1] = (2 quad + 8..+9, group); the lower index in the lower half
//   tf32: a[0] = (group, quad), a[1] = (group + 8, quad), a[2] and a[3] the same 4 columns on;
//         b[0] = (quad, group), b[1] = (quad + 4, group); every operand rounded by to_tf32
// They need sm_80: on sm_75 they trap, and the host takes the plain kernels.

__device__ __forceinline__ void mma_m16n8k16_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    __trap();
#endif
}

__device__ __forceinline__ void mma_m16n8k8_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    __trap();
#endif
}

// Nearest tf32, ties away from zero: its bits, as mma_m16n8k8_tf32 takes them.
__device__ __forceinline__ uint32_t to_tf32(float value) {
#if __CUDA_ARCH__ >= 800
    uint32_t bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
    return bits;
#else
    return __float_as_uint(value);
#endif
}

// Two values as bf16 (nearest even) in one register, `low` in the lower half.
__device__ __forceinline__ uint32_t pack_bf16(float low, float high) {
    const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
    return *reinterpret_cast<const uint32_t*>(&pair);
}

// Four 8x8 matrices of 16-bit elements from shared memory: lanes 8i..8i+7 give the rows (16 bytes, 16-byte aligned) of
// matrix i; r[i] of a lane gets elements (group, 2 quad..+1) of matrix i, or of its transpose.
__device__ __forceinline__ void ldmatrix_x4(uint32_t (&r)[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}

__device__ __forceinline__ void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}

// ---- asynchronous copies from global to shared memory, in groups: SIZE (4, 8 or 16) bytes, of which the first
// `source_bytes` (0..SIZE) are read and the rest are zeros; both addresses are multiples of SIZE. After copy_wait<N> all but
// the last N groups of this thread have arrived; a barrier makes them visible to the block. Plain copies on sm_75.

template <int SIZE>
__device__ __forceinline__ void copy_async(void* shared, const void* global, int source_bytes = SIZE) {
    static_assert(SIZE == 4 || SIZE == 8 || SIZE == 16, "bytes of one asynchronous copy");
#if __CUDA_ARCH__ >= 800
    if (SIZE == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
            ::"r"(shared_address(shared)), "l"(__cvta_generic_to_global(global)), "r"(source_bytes) : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
            ::"r"(shared_address(shared)), "l"(__cvta_generic_to_global(global)), "n"(SIZE), "r"(source_bytes) : "memory");
    }
#else
    for (int i = 0; i < SIZE / 4; i++) {
        static_cast<uint32_t*>(shared)[i] = 4 * i < source_bytes ? static_cast<const uint32_t*>(global)[i] : 0u;
    }
#endif
}

__device__ __forceinline__ void copy_commit() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

template <int PENDING>
__device__ __forceinline__ void copy_wait() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
#endif
}

}  // namespace boot
#endif
