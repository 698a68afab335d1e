// A block of threads multiplies tiles in shared memory: each thread holds a part of C in registers.
#pragma once
#include "tile.h"

namespace boot {

// ROWS×COLUMNS of C by WARP_ROWS×WARP_COLUMNS warps.
template <int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_>
struct BlockShape {
    static constexpr int ROWS = ROWS_;
    static constexpr int COLUMNS = COLUMNS_;
    static constexpr int WARP_ROWS = WARP_ROWS_;
    static constexpr int WARP_COLUMNS = WARP_COLUMNS_;
    static constexpr int THREADS = 32 * WARP_ROWS * WARP_COLUMNS;
};

// The part of a thread, by instructions of one thread (here) or of a warp (below): elements at(0 … COUNT-1), which lie at
// row(i) and column(i) of the block. A and B are types of tiles. Every element is summed in the order of the terms, wherever
// it lies: its bits do not depend on the shape of the block.
template <class Shape, class A, class B, bool TENSOR_CORES = A::Precision::TENSOR_CORES>
class Product {
    static constexpr int ACROSS = 16;  // threads side by side
    static constexpr int DOWN = Shape::THREADS / ACROSS;
    static constexpr int ROWS = Shape::ROWS / DOWN;
    static constexpr int COLUMNS = Shape::COLUMNS / ACROSS;

    float value[ROWS][COLUMNS];

    // Where element i of the span is that falls to one of `threads`: apart if a vector holds terms, else four by four.
    template <class T>
    static __device__ __forceinline__ int place(int thread, int threads, int i) {
        return T::ALONG ? i * threads + thread : i / CHUNK * CHUNK * threads + thread * CHUNK + i % CHUNK;
    }

    // COUNT of the span × a chunk of terms.
    template <class T, int COUNT>
    static __device__ __forceinline__ void load(
        float (&values)[COUNT][CHUNK], const float* tile, int thread, int threads, int term) {
#pragma unroll
        for (int i = 0; i < (T::ALONG ? COUNT : CHUNK); i++) {
#pragma unroll
            for (int j = 0; j < (T::ALONG ? 1 : COUNT / CHUNK); j++) {
                const int line = T::ALONG ? place<T>(thread, threads, i) : term + i;
                const int first = T::ALONG ? term : place<T>(thread, threads, j * CHUNK);
                const float4 v = *reinterpret_cast<const float4*>(tile + line * T::PITCH + first);
                const float elements[CHUNK] = {v.x, v.y, v.z, v.w};
#pragma unroll
                for (int e = 0; e < CHUNK; e++) {
                    (T::ALONG ? values[i][e] : values[j * CHUNK + e][i]) = elements[e];
                }
            }
        }
    }

public:
    static constexpr int COUNT = ROWS * COLUMNS;

    __device__ __forceinline__ float& at(int i) { return value[i / COLUMNS][i % COLUMNS]; }

    static __device__ __forceinline__ int row(int i) {
        return place<A>(static_cast<int>(threadIdx.x) / ACROSS, DOWN, i / COLUMNS);
    }

    static __device__ __forceinline__ int column(int i) {
        return place<B>(static_cast<int>(threadIdx.x) % ACROSS, ACROSS, i % COLUMNS);
    }

    // Adds the product of two tiles.
    __device__ __forceinline__ void add(const float* a, const float* b) {
        const int down = threadIdx.x / ACROSS, across = threadIdx.x % ACROSS;
#pragma unroll 4
        for (int term = 0; term < A::DEPTH; term += CHUNK) {
            float left[ROWS][CHUNK], right[COLUMNS][CHUNK];
            load<A>(left, a, down, DOWN, term);
            load<B>(right, b, across, ACROSS, term);
#pragma unroll
            for (int t = 0; t < CHUNK; t++) {
#pragma unroll
                for (int i = 0; i < ROWS; i++) {
#pragma unroll
                    for (int j = 0; j < COLUMNS; j++) {
                        value[i][j] = fmaf(left[i][t], right[j][t], value[i][j]);
                    }
                }
            }
        }
    }
};

__device__ __forceinline__ void multiply_fragments(
    Tf32, float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    mma_m16n8k8_tf32(c, a, b);
}

__device__ __forceinline__ void multiply_fragments(
    Bf16, float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    mma_m16n8k16_bf16(c, a, b);
}

// By tensor cores: tiles of 16×8.
template <class Shape, class A, class B>
class Product<Shape, A, B, true> {
    typedef typename A::Precision Precision;
    typedef typename A::Element Element;
    static constexpr int WARP_HEIGHT = Shape::ROWS / Shape::WARP_ROWS;
    static constexpr int WARP_WIDTH = Shape::COLUMNS / Shape::WARP_COLUMNS;
    static constexpr int ROWS = WARP_HEIGHT / 16;
    static constexpr int COLUMNS = WARP_WIDTH / 8;

    float value[ROWS * COLUMNS][4];

    static __device__ __forceinline__ int first_row() {
        return static_cast<int>(threadIdx.x) / 32 / Shape::WARP_COLUMNS * WARP_HEIGHT;
    }

    static __device__ __forceinline__ int first_column() {
        return static_cast<int>(threadIdx.x) / 32 % Shape::WARP_COLUMNS * WARP_WIDTH;
    }

public:
    static constexpr int COUNT = ROWS * COLUMNS * 4;

    __device__ __forceinline__ float& at(int i) { return value[i / 4][i % 4]; }

    static __device__ __forceinline__ int row(int i) {
        return first_row() + i / 4 / COLUMNS * 16 + i % 4 / 2 * 8 + static_cast<int>(threadIdx.x) % 32 / 4;
    }

    static __device__ __forceinline__ int column(int i) {
        return first_column() + i / 4 % COLUMNS * 8 + static_cast<int>(threadIdx.x) % 4 * 2 + i % 2;
    }

    __device__ __forceinline__ void add(const Element* a, const Element* b) {
#pragma unroll
        for (int term = 0; term < A::DEPTH; term += Precision::STEP) {
            uint32_t left[ROWS][4];
#pragma unroll
            for (int i = 0; i < ROWS; i++) {
                load_fragment<A>(left[i], a, first_row() + i * 16, term);
            }
#pragma unroll
            for (int j = 0; j < COLUMNS; j += 2) {
                uint32_t right[4];
                load_fragment<B>(right, b, first_column() + j * 8, term);
                const uint32_t even[2] = {right[0], right[2]}, odd[2] = {right[1], right[3]};
#pragma unroll
                for (int i = 0; i < ROWS; i++) {
                    multiply_fragments(Precision(), value[i * COLUMNS + j], left[i], even);
                    multiply_fragments(Precision(), value[i * COLUMNS + j + 1], left[i], odd);
                }
            }
        }
    }
};

template <class Product>
__device__ __forceinline__ void clear(Product& product) {
#pragma unroll
    for (int i = 0; i < Product::COUNT; i++) {
        product.at(i) = 0;
    }
}

}  // namespace boot
