// What both passes of attention share. A thread block takes 64 rows of the result for one head of one sample, at most 256
// channels of them, and passes over the other side in tiles of 64: scores exist in shared memory and registers alone.
#pragma once
#include "elements.h"
#include "pipeline.h"

namespace boot {

struct Attention {
    int32_t queries, keys, heads, head_size;
    bool causal;  // query i sees the keys up to i alone
    float scale;  // of the scores

    static Attention of(int32_t queries, int32_t keys, int32_t heads, int32_t head_size, int32_t causal) {
        return {queries, keys, heads, head_size, causal != 0, 1.0f / sqrtf(static_cast<float>(head_size))};
    }

    __device__ __forceinline__ bool sees(int64_t query, int64_t key) const {
        return query < queries && key < keys && (!causal || key <= query);
    }

    // The keys that queries before `end` see.
    __device__ __forceinline__ int32_t keys_before(int64_t end) const {
        return causal && end < keys ? static_cast<int32_t>(end) : keys;
    }

    // The first query that sees a key.
    __device__ __forceinline__ int64_t queries_from(int64_t key) const { return causal ? key : 0; }
};

constexpr int32_t TILE = 64;  // queries, keys or channels

// What a block works on: rows from `first` on and channels of the head from `channel` on, up to `channels`.
struct HeadTile {
    int64_t sample, head, first;
    int32_t channel;

    static __device__ __forceinline__ HeadTile of(const Attention& shape, int32_t rows, int32_t channels) {
        const int32_t parts = (shape.head_size + channels - 1) / channels, tiles = (rows + TILE - 1) / TILE;
        const int64_t index = blockIdx.x / parts, head = index / tiles;
        return {head / shape.heads, head % shape.heads, index % tiles * TILE,
            static_cast<int32_t>(blockIdx.x % parts) * channels};
    }

    // A head's columns of the rows of this sample.
    __device__ __forceinline__ Dense of(const Dense& all, const Attention& shape) const {
        return {all.data + sample * all.rows * all.stride + head * shape.head_size, all.stride, all.rows, shape.head_size,
            all.chunks};
    }

    // Values of this head and sample: one per query.
    __device__ __forceinline__ const float* of(const float* statistics, const Attention& shape) const {
        return statistics + (sample * shape.heads + head) * shape.queries;
    }

    __device__ __forceinline__ const float* mask_of(const float* mask, const Attention& shape) const {
        return mask == nullptr ? nullptr : mask + sample * shape.keys;
    }
};

// All heads of all samples; `rows` is that of one sample.
inline Dense heads_of(Source x, const Attention& shape, int32_t rows) {
    return dense(x, rows, shape.head_size);
}

// The tiles of a block that makes SLICES·64 channels of the result.
template <class P, int SLICES_>
struct AttentionTiles {
    typedef typename P::Element Element;
    typedef BlockShape<TILE, TILE, 4, 2> Shape;
    typedef Tile<P, TILE, P::DEPTH, true> Vectors;  // queries or keys, some of their channels
    typedef Tile<P, TILE, TILE, true> Weights;      // what the scores become
    typedef Tile<P, TILE, TILE, false> Values;      // what is weighted, 64 of its channels
    typedef Pipeline<Vectors, Vectors> Scores;
    typedef Product<Shape, Vectors, Vectors> ScoreProduct;
    typedef Product<Shape, Weights, Values> Result;

    static constexpr int SLICES = SLICES_;
    static constexpr int CHANNELS = SLICES * TILE;
    static constexpr int THREADS = Shape::THREADS;
    static constexpr int PITCH = TILE + 4;  // of the scores in shared memory, float32

    // Shared memory for the tiles of the scores, then the scores, then a tile of the values, in elements.
    static constexpr int SHARED = Scores::SIZE;
    static_assert(Values::SIZE <= SHARED && TILE * PITCH * sizeof(float) <= SHARED * sizeof(Element), "the largest counts");

    // result += weights·values, the values from row `first` on. Starts and ends without a barrier.
    static __device__ __forceinline__ void add_weighted(Result (&result)[SLICES], const Element* weights,
        const Dense& values, int64_t first, int32_t channel, Element* shared) {
#pragma unroll
        for (int slice = 0; slice < SLICES; slice++) {
            if (channel + slice * TILE < values.columns) {
                TileCopy<Values, THREADS> copy;
                __syncthreads();  // all have done with what is in shared memory
                copy.fetch(values, first, channel + slice * TILE, shared);
                copy.deposit(shared);
                copy.arrive();
                __syncthreads();
                result[slice].add(weights, shared);
            }
        }
    }
};

// Calls launch(tiles) with the tiles for a precision and a head size.
template <class P, class Launch>
int32_t for_head_size(const Attention& shape, Launch launch) {
    return shape.head_size <= TILE ? launch(AttentionTiles<P, 1>()) : launch(AttentionTiles<P, 4>());
}

template <class Launch>
int32_t for_tiles(const Context& context, const Attention& shape, Launch launch) {
    switch (context.precision) {
        case BOOT_CUDA_BF16: return for_head_size<Bf16>(shape, launch);
        case BOOT_CUDA_TF32: return for_head_size<Tf32>(shape, launch);
        default: return for_head_size<Float32>(shape, launch);
    }
}

// Thread blocks for n samples with so many rows of the result each.
template <class Tiles>
int64_t blocks_of(int32_t n, const Attention& shape, int32_t rows) {
    return static_cast<int64_t>(n) * shape.heads * quotient_up(rows, TILE) * quotient_up(shape.head_size, Tiles::CHANNELS);
}

}  // namespace boot
