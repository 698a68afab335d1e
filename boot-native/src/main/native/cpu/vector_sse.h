// The vector operations of the baseline, SSE2; see vector.h.
#pragma once

namespace boot::BOOT_TIER {

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
static BOOT_INLINE Vec reciprocal(Vec a) { return 1.0f / a; }
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

}  // namespace boot::BOOT_TIER
