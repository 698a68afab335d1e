// Intrinsics of one thread. The approximate ones are exact here: a GPU's last bits differ, and tests allow for it.
// Compiled without contraction (-ffp-contract=off), the _rn forms round once, as on a GPU.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>

using std::max;
using std::min;

template <class To, class From>
To boot_bits(From value) {
    static_assert(sizeof(To) == sizeof(From), "same size");
    To result;
    memcpy(&result, &value, sizeof result);
    return result;
}

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __saturatef(float x) { return fminf(fmaxf(x, 0.0f), 1.0f); }

inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline float __frcp_rn(float a) { return 1.0f / a; }

inline float __int2float_rn(int value) { return static_cast<float>(value); }
inline float __uint2float_rn(unsigned value) { return static_cast<float>(value); }
inline int __float2int_rn(float value) { return static_cast<int>(nearbyintf(value)); }
inline int __float2int_rz(float value) { return static_cast<int>(value); }
inline int __float_as_int(float value) { return boot_bits<int>(value); }
inline unsigned __float_as_uint(float value) { return boot_bits<unsigned>(value); }
inline float __int_as_float(int value) { return boot_bits<float>(value); }
inline float __uint_as_float(unsigned value) { return boot_bits<float>(value); }

inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(static_cast<uint64_t>(a) * b >> 32); }
inline int __popc(unsigned value) { return __builtin_popcount(value); }
inline int __clz(int value) { return value == 0 ? 32 : __builtin_clz(static_cast<unsigned>(value)); }
inline int __ffs(int value) { return __builtin_ffs(value); }

template <class T>
__attribute__((always_inline)) inline T __ldg(const T* p) {
    return *p;
}
