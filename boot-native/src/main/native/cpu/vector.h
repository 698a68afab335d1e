// The vector type of a tier and the few operations on it that the compiler has no operator for. Everything is inlined into
// the kernels of this tier: no function here may become a symbol.
#pragma once
#include <immintrin.h>
#include <stdint.h>

#include "shapes.h"

namespace boot::BOOT_TIER {

#if defined(__AVX2__) && defined(__FMA__)
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

#if defined(__AVX2__)

alignas(64) static const int32_t LANE_MASKS[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};

static BOOT_INLINE __m256i lane_mask(Part part) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(LANE_MASKS + LANES - part.count));
}

// The other lanes are 0; no memory beyond the count is touched.
static BOOT_INLINE Vec load(const float* p, Part part) { return _mm256_maskload_ps(p, lane_mask(part)); }
static BOOT_INLINE void store(float* p, Vec value, Part part) { _mm256_maskstore_ps(p, lane_mask(part), value); }

// NaN in the second operand comes through.
static BOOT_INLINE Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
static BOOT_INLINE Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
static BOOT_INLINE Vec square_root(Vec a) { return _mm256_sqrt_ps(a); }
static BOOT_INLINE IntVec nearest(Vec a) { return reinterpret_cast<IntVec>(_mm256_cvtps_epi32(a)); }
static BOOT_INLINE DoubleVec low_double(Vec a) { return _mm256_cvtps_pd(_mm256_castps256_ps128(a)); }
static BOOT_INLINE DoubleVec high_double(Vec a) { return _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1)); }

// Constant indices: the compiler would build any others at run time.
static BOOT_INLINE Vec interleave_low(Vec a, Vec b) { return __builtin_shuffle(a, b, IntVec{0, 8, 1, 9, 2, 10, 3, 11}); }
static BOOT_INLINE Vec interleave_high(Vec a, Vec b) { return __builtin_shuffle(a, b, IntVec{4, 12, 5, 13, 6, 14, 7, 15}); }

template <class Combine>
static BOOT_INLINE float reduce(Vec a, Combine combine) {
    a = combine(a, __builtin_shuffle(a, IntVec{4, 5, 6, 7, 0, 1, 2, 3}));
    a = combine(a, __builtin_shuffle(a, IntVec{2, 3, 0, 1, 6, 7, 4, 5}));
    return combine(a, __builtin_shuffle(a, IntVec{1, 0, 3, 2, 5, 4, 7, 6}))[0];
}

#else

static BOOT_INLINE Vec load(const float* p, Part part) {
    Vec value = {};
    for (int i = 0; i < part.count; i++) {
        value[i] = p[i];
    }
    return value;
}

static BOOT_INLINE void store(float* p, Vec value, Part part) {
    for (int i = 0; i < part.count; i++) {
        p[i] = value[i];
    }
}

static BOOT_INLINE Vec min(Vec a, Vec b) { return _mm_min_ps(a, b); }
static BOOT_INLINE Vec max(Vec a, Vec b) { return _mm_max_ps(a, b); }
static BOOT_INLINE Vec square_root(Vec a) { return _mm_sqrt_ps(a); }
static BOOT_INLINE IntVec nearest(Vec a) { return reinterpret_cast<IntVec>(_mm_cvtps_epi32(a)); }
static BOOT_INLINE DoubleVec low_double(Vec a) { return _mm_cvtps_pd(a); }
static BOOT_INLINE DoubleVec high_double(Vec a) { return _mm_cvtps_pd(_mm_movehl_ps(a, a)); }

static BOOT_INLINE Vec interleave_low(Vec a, Vec b) { return __builtin_shuffle(a, b, IntVec{0, 4, 1, 5}); }
static BOOT_INLINE Vec interleave_high(Vec a, Vec b) { return __builtin_shuffle(a, b, IntVec{2, 6, 3, 7}); }

template <class Combine>
static BOOT_INLINE float reduce(Vec a, Combine combine) {
    a = combine(a, __builtin_shuffle(a, IntVec{2, 3, 0, 1}));
    return combine(a, __builtin_shuffle(a, IntVec{1, 0, 3, 2}))[0];
}

#endif

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
#pragma GCC unroll 8
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = interleave_low(rows[i], rows[i + LANES / 2]);
            next[2 * i + 1] = interleave_high(rows[i], rows[i + LANES / 2]);
        }
#pragma GCC unroll 8
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
