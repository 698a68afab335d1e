// The vector operations of AVX-512; see vector.h.
#pragma once

namespace boot::BOOT_TIER {

static BOOT_INLINE __mmask16 lane_mask(Part part) { return static_cast<__mmask16>((1u << part.count) - 1); }

// The other lanes are 0; no memory beyond the count is touched.
static BOOT_INLINE Vec load(const float* p, Part part) { return _mm512_maskz_loadu_ps(lane_mask(part), p); }
static BOOT_INLINE void store(float* p, Vec value, Part part) { _mm512_mask_storeu_ps(p, lane_mask(part), value); }

// NaN in the second operand comes through.
static BOOT_INLINE Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
static BOOT_INLINE Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
static BOOT_INLINE Vec square_root(Vec a) { return _mm512_sqrt_ps(a); }
// 1/a to about one unit in the last place, for 2^-126 <= |a| < 2^126: an estimate and a Newton step, in a third of a division's time.
static BOOT_INLINE Vec reciprocal(Vec a) {
    const Vec estimate = _mm512_rcp14_ps(a);
    return estimate + estimate * (1.0f - a * estimate);
}
static BOOT_INLINE IntVec nearest(Vec a) { return reinterpret_cast<IntVec>(_mm512_cvtps_epi32(a)); }
static BOOT_INLINE DoubleVec low_double(Vec a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a)); }
static BOOT_INLINE DoubleVec high_double(Vec a) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1)); }

// Constant indices: the compiler would build any others at run time.
static BOOT_INLINE Vec interleave_low(Vec a, Vec b) {
    return __builtin_shuffle(a, b, IntVec{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23});
}
static BOOT_INLINE Vec interleave_high(Vec a, Vec b) {
    return __builtin_shuffle(a, b, IntVec{8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31});
}

template <class Combine>
static BOOT_INLINE float reduce(Vec a, Combine combine) {
    a = combine(a, __builtin_shuffle(a, IntVec{8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7}));
    a = combine(a, __builtin_shuffle(a, IntVec{4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11}));
    a = combine(a, __builtin_shuffle(a, IntVec{2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13}));
    return combine(a, __builtin_shuffle(a, IntVec{1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14}))[0];
}

}  // namespace boot::BOOT_TIER
