// The vector type of a tier and the few operations on it that the compiler has no operator for. Everything is inlined into
// the kernels of this tier: no function here may become a symbol.
#pragma once
#include <immintrin.h>
#include <stdint.h>

#include "shapes.h"

namespace boot::BOOT_TIER {

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif

typedef float Vec __attribute__((vector_size(4 * LANES)));
typedef int32_t IntVec __attribute__((vector_size(4 * LANES)));
typedef double DoubleVec __attribute__((vector_size(4 * LANES)));

// How many lanes a load or store touches: all of them, or the first `count` at the end of a row.
struct Full {};
struct Part {
    int count;
};

static BOOT_INLINE Vec splat(float value) { return value - Vec{}; }

static BOOT_INLINE Vec load(const float* p, Full = {}) {
    typedef float Unaligned __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
    return *reinterpret_cast<const Unaligned*>(p);
}

static BOOT_INLINE void store(float* p, Vec value, Full = {}) {
    typedef float Unaligned __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
    *reinterpret_cast<Unaligned*>(p) = value;
}

}  // namespace boot::BOOT_TIER

#if defined(__AVX512F__)
#include "vector_avx512.h"
#elif defined(__AVX2__)
#include "vector_avx2.h"
#else
#include "vector_sse.h"
#endif

namespace boot::BOOT_TIER {

// Sum and largest of the lanes, pairwise.
static BOOT_INLINE float sum(Vec a) {
    return reduce(a, [](Vec x, Vec y) BOOT_LAMBDA { return x + y; });
}

static BOOT_INLINE float largest(Vec a) {
    return reduce(a, [](Vec x, Vec y) BOOT_LAMBDA { return max(x, y); });
}

// Transposes a square of vectors: each round interleaves the first half of the rows with the second.
static BOOT_INLINE void transpose(Vec (&rows)[LANES]) {
    for (int width = 1; width < LANES; width *= 2) {
        Vec next[LANES];
#pragma GCC unroll 16
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = interleave_low(rows[i], rows[i + LANES / 2]);
            next[2 * i + 1] = interleave_high(rows[i], rows[i + LANES / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            rows[i] = next[i];
        }
    }
}

// Calls body(index, Full) for whole vectors and body(index, Part) for what is left of `count` values.
template <class Body>
static BOOT_INLINE void over_lanes(int64_t count, Body body) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        body(i, Full{});
    }
    if (i < count) {
        body(i, Part{static_cast<int>(count - i)});
    }
}

}  // namespace boot::BOOT_TIER
