// Sums over a block of threads, in an order that only the number of threads decides.
#pragma once
#include "compat.h"

namespace boot {

// A float32 sum that carries what rounding drops: for a sum of squares the result is that of a float64 sum, rounded once.
// The intrinsics keep the compiler from contracting the steps.
struct Sum {
    float high, low;

    __device__ __forceinline__ void add(float value) {
        const float sum = __fadd_rn(high, value);
        const float part = __fsub_rn(sum, high);
        low = __fadd_rn(low, __fadd_rn(__fsub_rn(high, __fsub_rn(sum, part)), __fsub_rn(value, part)));
        high = sum;
    }

    __device__ __forceinline__ void add_square(float value) {
        const float square = __fmul_rn(value, value);
        low = __fadd_rn(low, __fmaf_rn(value, value, -square));
        add(square);
    }

    // Where the sum overflows, the dropped part is not a number.
    __device__ __forceinline__ float value() const { return low == low ? high + low : high; }
};

__device__ __forceinline__ float plus(float a, float b) { return a + b; }

__device__ __forceinline__ Sum plus(Sum a, Sum b) {
    a.add(b.high);
    a.low = __fadd_rn(a.low, b.low);
    return a;
}

__device__ __forceinline__ float from_lane(float value, int distance) {
    return __shfl_xor_sync(0xffffffffu, value, distance);
}

__device__ __forceinline__ Sum from_lane(Sum value, int distance) {
    return {from_lane(value.high, distance), from_lane(value.low, distance)};
}

template <class T>
__device__ __forceinline__ T warp_sum(T value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value = plus(value, from_lane(value, distance));
    }
    return value;
}

// Every thread gets the sum. Blocks are one-dimensional, of whole warps. `shared` can be used again at once.
template <class T>
__device__ __forceinline__ T block_sum(T value, T (&shared)[32]) {
    value = warp_sum(value);
    if (threadIdx.x % 32 == 0) {
        shared[threadIdx.x / 32] = value;
    }
    __syncthreads();
    T total = shared[0];
    for (unsigned warp = 1; warp < blockDim.x / 32; warp++) {
        total = plus(total, shared[warp]);
    }
    __syncthreads();
    return total;
}

}  // namespace boot
