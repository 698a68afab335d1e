// What compat.h includes for g++ (first version: the sketch; the clean one replaces it behind the same interface).
#pragma once
#include "cuda_emulation.h"

namespace boot {
inline void mma_m16n8k16_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], int line = __builtin_LINE()) {
    boot_mma_m16n8k16_bf16(d, a, b, line);
}
inline void mma_m16n8k8_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], int line = __builtin_LINE()) {
    boot_mma_m16n8k8_tf32(d, a, b, line);
}
inline uint32_t to_tf32(float value) { return boot_to_tf32(value); }
inline uint32_t pack_bf16(float low, float high) {
    return __float2bfloat16_rn(low).u | static_cast<uint32_t>(__float2bfloat16_rn(high).u) << 16;
}
inline void ldmatrix_x4(uint32_t (&r)[4], const void* row, int line = __builtin_LINE()) { boot_ldmatrix_x4(r, row, line); }
inline void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row, int line = __builtin_LINE()) {
    void* p[4] = {r, const_cast<void*>(row), nullptr, nullptr};
    boot_emu::collective(~0u, line, boot_emu::combine_ldmatrix, 8, 0, 0, p);
}
template <int SIZE> inline void copy_async(void* shared, const void* global, int source_bytes = SIZE) {
    __pipeline_memcpy_async(shared, global, SIZE, SIZE - source_bytes);
}
inline void copy_commit() { __pipeline_commit(); }
template <int PENDING> inline void copy_wait() { __pipeline_wait_prior(PENDING); }
}  // namespace boot

inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline float __int2float_rn(int v) { return static_cast<float>(v); }
inline float __uint2float_rn(unsigned v) { return static_cast<float>(v); }
inline int __float2int_rn(float v) { return static_cast<int>(nearbyintf(v)); }
inline int __float2int_rz(float v) { return static_cast<int>(v); }
inline int __float_as_int(float f) { int i; memcpy(&i, &f, 4); return i; }
inline float __int_as_float(int i) { float f; memcpy(&f, &i, 4); return f; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((static_cast<uint64_t>(a) * b) >> 32); }
inline float __saturatef(float x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline int __clz(int v) { return v ? __builtin_clz(static_cast<unsigned>(v)) : 32; }
inline void __trap() { __builtin_trap(); }
