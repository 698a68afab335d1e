// Tiles of operands in shared memory, in the three precisions of a product.
//
// A product sums over terms k: C[m][n] = Σ A[m][k]·B[k][n]. A tile of A covers a span of m, one of B a span of n, and both
// the same DEPTH terms. Its lines lie as they do in global memory: along the terms (a line holds the terms of one m or n) or
// across them (a line holds the whole span of one term).
#pragma once
#include "compat.h"

namespace boot {

struct Float32 {
    typedef float Element;
    static constexpr bool TENSOR_CORES = false;
    static constexpr int DEPTH = 16;  // terms of a tile of a matrix product
};

struct Tf32 {
    typedef float Element;
    static constexpr bool TENSOR_CORES = true;
    static constexpr int DEPTH = 16;
    static constexpr int STEP = 8;  // terms of one instruction
};

struct Bf16 {
    typedef __nv_bfloat16 Element;
    static constexpr bool TENSOR_CORES = true;
    static constexpr int DEPTH = 32;
    static constexpr int STEP = 16;
};

// A vector of four neighbours, the unit of copies.
constexpr int CHUNK = 4;

template <class P, int SPAN, int TERMS, bool ALONG_TERMS>
struct Tile {
    typedef P Precision;
    typedef typename P::Element Element;
    static constexpr bool ALONG = ALONG_TERMS;
    static constexpr int DEPTH = TERMS;
    static constexpr int LINES = ALONG ? SPAN : DEPTH;
    static constexpr int LENGTH = ALONG ? DEPTH : SPAN;
    // Lines are further apart than their length, so that neither ldmatrix nor single loads meet a bank twice.
    static constexpr int PITCH = LENGTH + (ALONG && sizeof(Element) == 4 ? 4 : 8);
    static constexpr int SIZE = LINES * PITCH;
};

// Writes a chunk of a tile.
__device__ __forceinline__ void store_chunk(float* target, const float4& values) {
    *reinterpret_cast<float4*>(target) = values;
}

__device__ __forceinline__ void store_chunk(__nv_bfloat16* target, const float4& values) {
    *reinterpret_cast<uint2*>(target) = make_uint2(pack_bf16(values.x, values.y), pack_bf16(values.z, values.w));
}

__device__ __forceinline__ void store_value(float* target, float value) { *target = value; }

__device__ __forceinline__ void store_value(__nv_bfloat16* target, float value) { *target = __float2bfloat16_rn(value); }

// ---- fragments for tensor cores: 16 of the span from `first` and STEP terms from `term`, in the order of the A operand:
// with "low" and "high" halves of the terms, r = {span 0..7 low, span 8..15 low, span 0..7 high, span 8..15 high}. As B
// operands these are two neighbouring columns of 8: {r[0], r[2]} and {r[1], r[3]}.

template <class T>
__device__ __forceinline__ void load_fragment(uint32_t (&r)[4], const __nv_bfloat16* tile, int first, int term) {
    const int lane = threadIdx.x % 32, line = lane % 8, right = lane / 8 % 2 * 8, high = lane / 16 * 8;
    if (T::ALONG) {
        ldmatrix_x4(r, tile + (first + right + line) * T::PITCH + term + high);
    } else {
        ldmatrix_x4_trans(r, tile + (term + high + line) * T::PITCH + first + right);
    }
}

// ldmatrix moves pairs of 16-bit elements: a float32 each.
template <class T>
__device__ __forceinline__ void load_fragment(uint32_t (&r)[4], const float* tile, int first, int term) {
    const int lane = threadIdx.x % 32;
    if (T::ALONG) {
        const int line = lane % 8, right = lane / 8 % 2 * 8, high = lane / 16 * 4;
        ldmatrix_x4(r, tile + (first + right + line) * T::PITCH + term + high);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            r[i] = to_tf32(__uint_as_float(r[i]));
        }
    } else {
        const float* corner = tile + (term + lane % 4) * T::PITCH + first + lane / 4;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            r[i] = to_tf32(corner[i / 2 * 4 * T::PITCH + i % 2 * 8]);
        }
    }
}

}  // namespace boot
