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

static BOOT_INLINE Vec sigmoid(Vec x) { return 1.0f / (1.0f + exponential(-x)); }

// d silu(z)/dz for s = sigmoid(z).
static BOOT_INLINE Vec silu_slope(Vec z, Vec s) { return s * (z * (1.0f - s) + 1.0f); }

}  // namespace boot::BOOT_TIER
