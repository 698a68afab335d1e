// Forward mode of attention. With P = softmax(S), recomputed from the log-sum-exp, S' = (Q'·Kᵀ + Q·K'ᵀ)/√d and
// W = P∘S', the tangent is W·V − rowsum(W)∘Y + P·V': no row needs its sum before its end, so a block passes over the keys once.
#include "attention.h"

namespace boot {

struct TangentOperands {
    Dense q, k, v, qtangent, ktangent, vtangent;
};

template <class Tiles>
__global__ void __launch_bounds__(Tiles::THREADS, 1) attention_tangent(Attention shape, TangentOperands operands,
    const float* mask, Source y, const float* log_sum_exp, Target ytangent) {
    typedef typename Tiles::Element Element;
    typedef typename Tiles::Result Result;
    typedef typename Tiles::Weights Weights;
    typedef typename Tiles::ScoreProduct ScoreProduct;
    typedef typename Tiles::Scores Scores;
    BOOT_SHARED(Element, shared, [Tiles::SHARED]);
    BOOT_SHARED(Element, weights, [Weights::SIZE]);
    BOOT_SHARED(float, sums, [TILE]);
    float* slope_table = reinterpret_cast<float*>(shared);
    const HeadTile tile = HeadTile::of(shape, shape.queries, Tiles::CHANNELS);
    const float* bias = tile.mask_of(mask, shape);
    const float* normalisers = tile.of(log_sum_exp, shape);
    const int own_row = threadIdx.x / 4, own_part = threadIdx.x % 4;  // of the sums: four neighbouring threads share a row
    float own_sum = 0;
    Result result[Tiles::SLICES];
#pragma unroll
    for (int slice = 0; slice < Tiles::SLICES; slice++) {
        clear(result[slice]);
    }

    const int32_t seen = shape.keys_before(tile.first + TILE);
    for (int32_t first = 0; first < seen; first += TILE) {
        ScoreProduct scores, slopes;
        clear(scores);
        clear(slopes);
        __syncthreads();  // all have done with the tiles before
        Scores::multiply_add(scores, tile.of(operands.q, shape), tile.first, tile.of(operands.k, shape), first, 0,
            shape.head_size, shared);
        __syncthreads();
        Scores::multiply_add(slopes, tile.of(operands.qtangent, shape), tile.first, tile.of(operands.k, shape), first, 0,
            shape.head_size, shared);
        __syncthreads();
        Scores::multiply_add(slopes, tile.of(operands.q, shape), tile.first, tile.of(operands.ktangent, shape), first, 0,
            shape.head_size, shared);
        __syncthreads();
#pragma unroll
        for (int i = 0; i < ScoreProduct::COUNT; i++) {
            const int row = ScoreProduct::row(i), column = ScoreProduct::column(i);
            const int64_t query = tile.first + row, key = first + column;
            float weight = 0;
            if (shape.sees(query, key)) {
                const float score = scores.at(i) * shape.scale + (bias == nullptr ? 0.0f : bias[key]);
                weight = expf(score - normalisers[query]);
            }
            const float slope = weight * (slopes.at(i) * shape.scale);
            scores.at(i) = weight;
            slope_table[row * Tiles::PITCH + column] = slope;
            store_value(weights + row * Weights::PITCH + column, slope);
        }
        __syncthreads();
#pragma unroll
        for (int i = 0; i < TILE / 4; i++) {
            own_sum += slope_table[own_row * Tiles::PITCH + own_part + 4 * i];
        }
        Tiles::add_weighted(result, weights, tile.of(operands.v, shape), first, tile.channel, shared);
        __syncthreads();
#pragma unroll
        for (int i = 0; i < ScoreProduct::COUNT; i++) {
            store_value(weights + ScoreProduct::row(i) * Weights::PITCH + ScoreProduct::column(i), scores.at(i));
        }
        Tiles::add_weighted(result, weights, tile.of(operands.vtangent, shape), first, tile.channel, shared);
    }

    own_sum += __shfl_xor_sync(0xffffffffu, own_sum, 1);
    own_sum += __shfl_xor_sync(0xffffffffu, own_sum, 2);
    if (own_part == 0) {
        sums[own_row] = own_sum;
    }
    __syncthreads();
#pragma unroll
    for (int slice = 0; slice < Tiles::SLICES; slice++) {
#pragma unroll
        for (int i = 0; i < Result::COUNT; i++) {
            const int64_t query = tile.first + Result::row(i), channel = tile.channel + slice * TILE + Result::column(i);
            if (query < shape.queries && channel < shape.head_size) {
                const int64_t row = tile.sample * shape.queries + query, column = tile.head * shape.head_size + channel;
                ytangent.row(row)[column] = result[slice].at(i) - sums[Result::row(i)] * y.row(row)[column];
            }
        }
    }
}

}  // namespace boot

using namespace boot;

int32_t boot_attention_tangent(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp, boot_floats qtangent, int64_t ldqtangent,
    boot_floats ktangent, int64_t ldktangent, boot_floats vtangent, int64_t ldvtangent, boot_floats ytangent,
    int64_t ldytangent) {
    const Attention shape = Attention::of(queries, keys, heads, head_size, causal);
    const TangentOperands operands = {heads_of(source(q, ldq), shape, queries), heads_of(source(k, ldk), shape, keys),
        heads_of(source(v, ldv), shape, keys), heads_of(source(qtangent, ldqtangent), shape, queries),
        heads_of(source(ktangent, ldktangent), shape, keys), heads_of(source(vtangent, ldvtangent), shape, keys)};
    return for_tiles(of(context), shape, [&](auto tiles) {
        typedef decltype(tiles) Tiles;
        const int64_t blocks = blocks_of<Tiles>(n, shape, queries);
        if (blocks > INT32_MAX) {
            return BOOT_UNSUPPORTED;
        }
        BOOT_LAUNCH((attention_tangent<Tiles>), static_cast<unsigned>(blocks), Tiles::THREADS, 0, of(context).stream, shape,
            operands, at(mask), source(y, ldy), at(log_sum_exp), sink(ytangent, ldytangent));
        return launched();
    });
}
