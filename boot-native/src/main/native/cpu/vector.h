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

#endif

// Lane i takes lane i + distance, around the end.
static BOOT_INLINE Vec rotate(Vec a, int distance) {
    IntVec from;
    for (int i = 0; i < LANES; i++) {
        from[i] = (i + distance) % LANES;
    }
    return __builtin_shuffle(a, from);
}

// Sum and largest of the lanes, pairwise.
static BOOT_INLINE float sum(Vec a) {
    for (int half = LANES / 2; half > 0; half /= 2) {
        a += rotate(a, half);
    }
    return a[0];
}

static BOOT_INLINE float largest(Vec a) {
    for (int half = LANES / 2; half > 0; half /= 2) {
        a = max(a, rotate(a, half));
    }
    return a[0];
}

// Transposes a square of vectors: each round interleaves the first half of the rows with the second.
static BOOT_INLINE void transpose(Vec (&rows)[LANES]) {
    IntVec low, high;
    for (int i = 0; i < LANES; i++) {
        low[i] = i / 2 + i % 2 * LANES;
        high[i] = LANES / 2 + i / 2 + i % 2 * LANES;
    }
    for (int width = 1; width < LANES; width *= 2) {
        Vec next[LANES];
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = __builtin_shuffle(rows[i], rows[i + LANES / 2], low);
            next[2 * i + 1] = __builtin_shuffle(rows[i], rows[i + LANES / 2], high);
        }
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
