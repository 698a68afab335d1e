// The activations and their slopes, to about two units in the last place. NaN stays NaN.
#pragma once
#include "../boot_kernels.h"
#include "compat.h"

namespace boot {

// Where e^-x overflows, the result is 0.
__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// d silu(z)/dz for s = sigmoid(z).
__device__ __forceinline__ float silu_slope(float z, float s) { return s * (z * (1.0f - s) + 1.0f); }

// Of the normal distribution: e^(-x²/2), and the integral to x. The tail is e^(-x²/2) times a quotient of polynomials, whose
// relative error is 5e-9 as far as the tail goes; so the integral is exact relative to itself at both ends.
struct Normal {
    float bell, integral;
};

__device__ __forceinline__ Normal normal(float x) {
    const float size = fabsf(x), a = size > 14.0f ? 14.0f : size;
    const float bell = expf(-0.5f * (a * a));
    const float above = (((4.03703749e-3f * a + 4.00983021e-2f) * a + 1.81646526e-1f) * a + 4.36147124e-1f) * a + 0.5f;
    const float below = ((((1.01192137e-2f * a + 1.00518748e-1f) * a + 4.65277046e-1f) * a + 1.19589901f) * a + 1.67017913f) * a
            + 1.0f;
    const float tail = bell * (above / below);
    return {bell, x < 0.0f ? tail : 1.0f - tail};
}

// The integral's slope is this times e^(-x²/2).
constexpr float BELL_AREA = 0.398942280f;

// ½(1 + tanh u) is sigmoid(2u), here of 2·√(2/π)·(x + 0.044715·x³).
__device__ __forceinline__ float tanh_gate(float x) { return sigmoid(x * (1.59576912f + 7.13548163e-2f * (x * x))); }

// f(x).
__device__ __forceinline__ float activate(int32_t activation, float x) {
    switch (activation) {
        case BOOT_ACTIVATION_SILU: return x * sigmoid(x);
        case BOOT_ACTIVATION_GELU: return x * normal(x).integral;
        case BOOT_ACTIVATION_GELU_TANH: return x * tanh_gate(x);
        case BOOT_ACTIVATION_QUICK_GELU: return x * sigmoid(1.702f * x);
        default: return x;
    }
}

// f'(x).
__device__ __forceinline__ float slope(int32_t activation, float x) {
    switch (activation) {
        case BOOT_ACTIVATION_SILU: return silu_slope(x, sigmoid(x));
        case BOOT_ACTIVATION_GELU: {
            const Normal n = normal(x);
            return n.integral + x * n.bell * BELL_AREA;
        }
        case BOOT_ACTIVATION_GELU_TANH: {
            const float s = tanh_gate(x);
            const float rise = x * (1.59576912f + 2.14064449e-1f * (x * x));
            return s * fmaf(rise, 1.0f - s, 1.0f);  // not rounded before the sum, which may be near 0
        }
        case BOOT_ACTIVATION_QUICK_GELU: return silu_slope(1.702f * x, sigmoid(1.702f * x));
        default: return 1.0f;
    }
}

}  // namespace boot
