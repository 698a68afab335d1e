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
    Vec p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * reinterpret_cast<Vec>((n + 127) << 23);
}

static BOOT_INLINE Vec sigmoid(Vec x) { return 1.0f / (1.0f + exponential(-x)); }

// d silu(z)/dz for s = sigmoid(z).
static BOOT_INLINE Vec silu_slope(Vec z, Vec s) { return s * (z * (1.0f - s) + 1.0f); }

}  // namespace boot::BOOT_TIER
