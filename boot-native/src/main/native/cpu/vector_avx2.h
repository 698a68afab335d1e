// The vector operations of AVX2; see vector.h.
#pragma once

namespace boot::BOOT_TIER {

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
static BOOT_INLINE Vec reciprocal(Vec a) { return 1.0f / a; }
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

}  // namespace boot::BOOT_TIER
