// Tiles on their way from global to shared memory.
#pragma once
#include "operands.h"
#include "tile.h"

namespace boot {

// The simplest operand: a matrix in memory. An operand gives the address of an element, or null where it is zero: outside
// the matrix, for one. Where `chunks` holds, the elements of a chunk of a row are neighbours in memory, all given or all
// zero, and their address is a multiple of 16 bytes.
struct Dense {
    const float* data;
    int64_t stride;
    int64_t rows;
    int32_t columns;
    bool chunks;

    __device__ __forceinline__ const float* address(int64_t row, int32_t column) const {
        return row < rows && column < columns ? data + row * stride + column : nullptr;
    }
};

// Whether rows of a matrix, and chunks of them, begin at multiples of 16 bytes.
inline bool holds_chunks(Source x, int32_t columns) {
    return reinterpret_cast<uintptr_t>(x.data) % 16 == 0 && x.stride % CHUNK == 0 && columns % CHUNK == 0;
}

inline Dense dense(Source x, int64_t rows, int32_t columns) {
    return {x.data, x.stride, rows, columns, holds_chunks(x, columns)};
}

// What the threads of a block bring of each tile. fetch() sets out, deposit() writes what went through registers; the tile
// is there after arrive() and a barrier. Only one tile is on its way at a time.
template <class T, int THREADS, class Element = typename T::Element>
class TileCopy {
    static constexpr int CHUNKS = T::LENGTH / CHUNK;  // of a line
    static constexpr int LINES = THREADS / CHUNKS;    // that all threads bring at once
    static constexpr int COUNT = T::LINES / LINES;
    static_assert(THREADS % CHUNKS == 0 && T::LINES % LINES == 0, "a tile is a whole number of chunks for each thread");

public:
    // The tile whose first line is row `row` of the operand, from column `column` on.
    template <class Operand>
    __device__ __forceinline__ void fetch(const Operand& operand, int64_t row, int32_t column, float* tile) {
        const int line = threadIdx.x / CHUNKS, place = threadIdx.x % CHUNKS * CHUNK;
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const int64_t from = row + line + i * LINES;
            float* target = tile + (line + i * LINES) * T::PITCH + place;
            if (operand.chunks) {
                const float* source = operand.address(from, column + place);
                copy_async<16>(target, source == nullptr ? operand.data : source, source == nullptr ? 0 : 16);
            } else {
#pragma unroll
                for (int e = 0; e < CHUNK; e++) {
                    const float* source = operand.address(from, column + place + e);
                    copy_async<4>(target + e, source == nullptr ? operand.data : source, source == nullptr ? 0 : 4);
                }
            }
        }
        copy_commit();
    }

    __device__ __forceinline__ void deposit(float*) {}

    __device__ __forceinline__ void arrive() { copy_wait<0>(); }
};

// To bf16: rounded in registers between global and shared memory.
template <class T, int THREADS>
class TileCopy<T, THREADS, __nv_bfloat16> {
    static constexpr int CHUNKS = T::LENGTH / CHUNK;
    static constexpr int LINES = THREADS / CHUNKS;
    static constexpr int COUNT = T::LINES / LINES;
    static_assert(THREADS % CHUNKS == 0 && T::LINES % LINES == 0, "a tile is a whole number of chunks for each thread");

    float4 values[COUNT];

    static __device__ __forceinline__ float at(const float* source) { return source == nullptr ? 0.0f : *source; }

public:
    template <class Operand>
    __device__ __forceinline__ void fetch(const Operand& operand, int64_t row, int32_t column, __nv_bfloat16*) {
        const int line = threadIdx.x / CHUNKS, place = column + threadIdx.x % CHUNKS * CHUNK;
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const int64_t from = row + line + i * LINES;
            if (operand.chunks) {
                const float* source = operand.address(from, place);
                values[i] = source == nullptr ? make_float4(0, 0, 0, 0) : *reinterpret_cast<const float4*>(source);
            } else {
                values[i] = make_float4(at(operand.address(from, place)), at(operand.address(from, place + 1)),
                    at(operand.address(from, place + 2)), at(operand.address(from, place + 3)));
            }
        }
    }

    __device__ __forceinline__ void deposit(__nv_bfloat16* tile) {
        const int line = threadIdx.x / CHUNKS, place = threadIdx.x % CHUNKS * CHUNK;
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            store_chunk(tile + (line + i * LINES) * T::PITCH + place, values[i]);
        }
    }

    __device__ __forceinline__ void arrive() {}
};

}  // namespace boot
