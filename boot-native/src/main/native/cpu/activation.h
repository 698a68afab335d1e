// exp and sigmoid on vectors, to about two units in the last place. NaN stays NaN.
#pragma once
#include "vector.h"

namespace boot::BOOT_TIER {

// e^x = 2^n · e^r with |r| <= ln2/2; below -87.7 exactly 0, above 88.4 infinity.
static BOOT_INLINE Vec exponential(Vec x) {
    x = min(splat(89.0f), max(splat(-88.0f), x));
    IntVec n = nearest(x * 1.44269504f);
    Vec whole = __builtin_convertvector(n, Vec);
    Vec r = x - whole * 0.693359375f;
    r = r + whole * 2.12194440e-4f;
    // (e^r - 1 - r)/r^2 to a relative error of 3e-9 in e^r; in short chains, since a chain is what a loop waits for
    const Vec square = r * r;
    const Vec low = 1.666652113e-1f * r + 4.999999404e-1f;
    const Vec high = 8.368710056e-3f * r + 4.166838899e-2f;
    const Vec p = ((1.381461276e-3f * square + high) * square + low) * square + (1.0f + r);
    return p * reinterpret_cast<Vec>((n + 127) << 23);
}

// ln x of x in [2^-126, 2^128), to about two units in the last place of max(1, |ln x|).
static BOOT_INLINE Vec logarithm(Vec x) {
    const IntVec bits = reinterpret_cast<IntVec>(x);
    const IntVec exponent = (bits - 0x3f3504f3) >> 23;  // the mantissa m lies in [sqrt(1/2), sqrt(2))
    const Vec m = reinterpret_cast<Vec>(bits - (exponent << 23));
    const Vec s = (m - 1.0f) / (m + 1.0f), square = s * s;  // ln m = 2 artanh s
    const Vec p = (((0.222222222f * square + 0.285714286f) * square + 0.4f) * square + 0.666666667f) * square;
    return __builtin_convertvector(exponent, Vec) * 0.693147181f + (s * p + 2.0f * s);
}

// Limited where e^-x could leave the range of `reciprocal`: there the sigmoid is below 1e-37.
static BOOT_INLINE Vec sigmoid(Vec x) { return reciprocal(1.0f + exponential(min(splat(86.0f), -x))); }

// d silu(z)/dz for s = sigmoid(z).
static BOOT_INLINE Vec silu_slope(Vec z, Vec s) { return s * (z * (1.0f - s) + 1.0f); }

}  // namespace boot::BOOT_TIER
