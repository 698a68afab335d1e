// exp and sigmoid on vectors, to about two units in the last place, and the activations. NaN stays NaN.
#pragma once
#include "../boot_kernels.h"
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

// ---- the activations: f(x) and f'(x)

struct None {
    static BOOT_INLINE Vec value(Vec x) { return x; }
    static BOOT_INLINE Vec slope(Vec) { return splat(1); }
};

struct Silu {
    static BOOT_INLINE Vec value(Vec x) { return x * sigmoid(x); }
    static BOOT_INLINE Vec slope(Vec x) {
        const Vec s = sigmoid(x);
        return s * (x * (1.0f - s) + 1.0f);
    }
};

// Of the normal distribution: e^(-x²/2), and the integral to x. The tail is e^(-x²/2) times a quotient of polynomials, whose
// relative error is 5e-9 as far as the tail goes; so the integral is exact relative to itself at both ends.
struct Normal {
    Vec bell, integral;

    BOOT_INLINE explicit Normal(Vec x) {
        const Vec a = min(splat(14), max(x, -x));
        bell = exponential(a * a * -0.5f);
        const Vec above = (((4.03703749e-3f * a + 4.00983021e-2f) * a + 1.81646526e-1f) * a + 4.36147124e-1f) * a + 0.5f;
        const Vec below = ((((1.01192137e-2f * a + 1.00518748e-1f) * a + 4.65277046e-1f) * a + 1.19589901f) * a + 1.67017913f)
                * a + 1.0f;
        const Vec tail = bell * (above * reciprocal(below));
        integral = x < 0.0f ? tail : 1.0f - tail;
    }
};

struct Gelu {
    static BOOT_INLINE Vec value(Vec x) { return x * Normal(x).integral; }
    static BOOT_INLINE Vec slope(Vec x) {
        const Normal normal(x);
        return normal.integral + x * normal.bell * 0.398942280f;
    }
};

// ½(1 + tanh u) is sigmoid(2u), here of v = 2·√(2/π)·(x + 0.044715·x³).
struct GeluTanh {
    static BOOT_INLINE Vec gate(Vec x) { return sigmoid(x * (1.59576912f + 7.13548163e-2f * x * x)); }
    static BOOT_INLINE Vec value(Vec x) { return x * gate(x); }
    static BOOT_INLINE Vec slope(Vec x) {
        const Vec s = gate(x);
        return s * (x * (1.0f - s) * (1.59576912f + 2.14064449e-1f * x * x) + 1.0f);
    }
};

struct QuickGelu {
    static BOOT_INLINE Vec value(Vec x) { return x * sigmoid(1.702f * x); }
    static BOOT_INLINE Vec slope(Vec x) {
        const Vec s = sigmoid(1.702f * x);
        return s * (1.702f * x * (1.0f - s) + 1.0f);
    }
};

// Calls body(f) with the activation of that number.
template <class Body>
static BOOT_INLINE void with_activation(int32_t activation, Body body) {
    switch (activation) {
        case BOOT_ACTIVATION_SILU: return body(Silu{});
        case BOOT_ACTIVATION_GELU: return body(Gelu{});
        case BOOT_ACTIVATION_GELU_TANH: return body(GeluTanh{});
        case BOOT_ACTIVATION_QUICK_GELU: return body(QuickGelu{});
        default: return body(None{});
    }
}

}  // namespace boot::BOOT_TIER
