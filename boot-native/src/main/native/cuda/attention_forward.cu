// Attention, Y = softmax(Q·Kᵀ/√d + mask)·V, without the matrix of the scores in memory: the softmax is carried along from
// tile to tile of the keys (Milakov and Gimelshein, 2018; Dao et al., FlashAttention, 2022).
#include "attention.h"

namespace boot {

// The running softmax of a row; four neighbouring threads hold that of one.
struct RunningSoftmax {
    float largest, sum;

    // Takes the scores of a tile, 16 for each of the four threads, and makes them weights. Returns the factor for all
    // earlier weights. While every key so far is excluded, largest is -inf and all weights are zero.
    __device__ __forceinline__ float add(float (&scores)[TILE / 4]) {
        float larger = largest;
#pragma unroll
        for (int i = 0; i < TILE / 4; i++) {
            larger = fmaxf(larger, scores[i]);
        }
        larger = fmaxf(larger, __shfl_xor_sync(0xffffffffu, larger, 1));
        larger = fmaxf(larger, __shfl_xor_sync(0xffffffffu, larger, 2));
        const float shift = larger == -INFINITY ? 0.0f : larger;
        const float factor = expf(largest - shift);
        float added = 0;
#pragma unroll
        for (int i = 0; i < TILE / 4; i++) {
            scores[i] = expf(scores[i] - shift);
            added += scores[i];
        }
        added += __shfl_xor_sync(0xffffffffu, added, 1);
        added += __shfl_xor_sync(0xffffffffu, added, 2);
        sum = sum * factor + added;
        largest = larger;
        return factor;
    }
};

template <class Tiles>
__global__ void __launch_bounds__(Tiles::THREADS, 1)
attention_forward(Attention shape, Dense q, Dense k, Dense v, const float* mask, Target y, float* log_sum_exp) {
    typedef typename Tiles::Element Element;
    typedef typename Tiles::Result Result;
    typedef typename Tiles::Weights Weights;
    BOOT_SHARED(Element, shared, [Tiles::SHARED]);
    BOOT_SHARED(Element, weights, [Weights::SIZE]);
    BOOT_SHARED(float, factors, [TILE]);
    float* scores = reinterpret_cast<float*>(shared);
    const HeadTile tile = HeadTile::of(shape, shape.queries, Tiles::CHANNELS);
    const Dense queries = tile.of(q, shape), keys = tile.of(k, shape), values = tile.of(v, shape);
    const float* bias = tile.mask_of(mask, shape);
    const int row = threadIdx.x / 4, part = threadIdx.x % 4;
    const int32_t seen = shape.keys_before(tile.first + TILE), seen_by_row = shape.keys_before(tile.first + row + 1);
    RunningSoftmax softmax = {-INFINITY, 0};
    Result result[Tiles::SLICES];
#pragma unroll
    for (int slice = 0; slice < Tiles::SLICES; slice++) {
        clear(result[slice]);
    }

    for (int32_t first = 0; first < seen; first += TILE) {
        typename Tiles::ScoreProduct product;
        clear(product);
        __syncthreads();  // all have done with the values of the tile before
        Tiles::Scores::multiply_add(product, queries, tile.first, keys, first, 0, shape.head_size, shared);
        __syncthreads();
#pragma unroll
        for (int i = 0; i < product.COUNT; i++) {
            scores[product.row(i) * Tiles::PITCH + product.column(i)] = product.at(i);
        }
        __syncthreads();
        float own[TILE / 4];
#pragma unroll
        for (int i = 0; i < TILE / 4; i++) {
            const int column = part + 4 * i, key = first + column;
            const float score = scores[row * Tiles::PITCH + column] * shape.scale;
            own[i] = key >= seen_by_row ? -INFINITY : bias == nullptr ? score : score + bias[key];
        }
        const float factor = softmax.add(own);
#pragma unroll
        for (int i = 0; i < TILE / 4; i++) {
            store_value(weights + row * Weights::PITCH + part + 4 * i, own[i]);
        }
        if (part == 0) {
            factors[row] = factor;
        }
        __syncthreads();
#pragma unroll
        for (int slice = 0; slice < Tiles::SLICES; slice++) {
#pragma unroll
            for (int i = 0; i < Result::COUNT; i++) {
                result[slice].at(i) *= factors[Result::row(i)];
            }
        }
        Tiles::add_weighted(result, weights, values, first, tile.channel, shared);
    }

    __syncthreads();
    if (part == 0) {
        factors[row] = 1.0f / softmax.sum;
        if (tile.channel == 0 && tile.first + row < shape.queries) {
            log_sum_exp[(tile.sample * shape.heads + tile.head) * shape.queries + tile.first + row] =
                softmax.largest + logf(softmax.sum);
        }
    }
    __syncthreads();
#pragma unroll
    for (int slice = 0; slice < Tiles::SLICES; slice++) {
#pragma unroll
        for (int i = 0; i < Result::COUNT; i++) {
            const int64_t query = tile.first + Result::row(i), channel = tile.channel + slice * TILE + Result::column(i);
            if (query < shape.queries && channel < shape.head_size) {
                y.row(tile.sample * shape.queries + query)[tile.head * shape.head_size + channel] =
                    result[slice].at(i) * factors[Result::row(i)];
            }
        }
    }
}

}  // namespace boot

using namespace boot;

int32_t boot_attention_forward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp) {
    const Attention shape = Attention::of(queries, keys, heads, head_size, causal);
    return for_tiles(of(context), shape, [&](auto tiles) {
        typedef decltype(tiles) Tiles;
        const int64_t blocks = blocks_of<Tiles>(n, shape, queries);
        if (blocks > INT32_MAX) {
            return BOOT_UNSUPPORTED;
        }
        BOOT_LAUNCH((attention_forward<Tiles>), static_cast<unsigned>(blocks), Tiles::THREADS, 0, of(context).stream, shape,
            heads_of(source(q, ldq), shape, queries), heads_of(source(k, ldk), shape, keys),
            heads_of(source(v, ldv), shape, keys), at(mask), sink(y, ldy), at(log_sum_exp));
        return launched();
    });
}
