// Sigmoid and the slope of SiLU, to about two units in the last place. NaN stays NaN.
#pragma once
#include "compat.h"

namespace boot {

// Where e^-x overflows, the result is 0.
__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// d silu(z)/dz for s = sigmoid(z).
__device__ __forceinline__ float silu_slope(float z, float s) { return s * (z * (1.0f - s) + 1.0f); }

}  // namespace boot
