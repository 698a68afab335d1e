// The gradients of attention (Dao et al., FlashAttention, 2022, appendix B). With P = softmax(S), recomputed from the
// log-sum-exp, δ = rowsum(dY∘Y) and dS = P∘(dY·Vᵀ − δ)/√d:  dV = Pᵀ·dY,  dQ = dS·K,  dK = dSᵀ·Q.
//
// Each of the three is a matrix of weights times some rows, so one kernel makes them all, in three launches; no gradient is
// added to from two blocks.
#include "attention.h"
#include "reduction.h"

namespace boot {

enum class Gradient { OF_QUERIES, OF_KEYS, OF_VALUES };

// The operands of a gradient: its rows are queries or keys, its columns the other ones. The weights come from scores, the
// products of `rows` and `columns`, and for queries and keys also from the products of `row_factors` and `column_factors`.
struct GradientOperands {
    Dense rows, columns, row_factors, column_factors;
    Dense weighted;  // one row per column of the weights
    Target target;
};

template <class Tiles, Gradient WHICH>
__global__ void __launch_bounds__(Tiles::THREADS, 1) attention_gradient(
    Attention shape, GradientOperands operands, const float* mask, const float* log_sum_exp, const float* row_sums) {
    typedef typename Tiles::Element Element;
    typedef typename Tiles::Result Result;
    typedef typename Tiles::Weights Weights;
    typedef typename Tiles::ScoreProduct ScoreProduct;
    constexpr bool ROWS_ARE_QUERIES = WHICH == Gradient::OF_QUERIES;
    BOOT_SHARED(Element, shared, [Tiles::SHARED]);
    BOOT_SHARED(Element, weights, [Weights::SIZE]);
    const int32_t row_count = ROWS_ARE_QUERIES ? shape.queries : shape.keys;
    const int32_t column_count = ROWS_ARE_QUERIES ? shape.keys : shape.queries;
    const HeadTile tile = HeadTile::of(shape, row_count, Tiles::CHANNELS);
    const float* bias = tile.mask_of(mask, shape);
    const float* normalisers = tile.of(log_sum_exp, shape);
    const float* sums = tile.of(row_sums, shape);
    Result result[Tiles::SLICES];
#pragma unroll
    for (int slice = 0; slice < Tiles::SLICES; slice++) {
        clear(result[slice]);
    }

    const int64_t begin = ROWS_ARE_QUERIES ? 0 : shape.queries_from(tile.first);  // of the columns with a weight
    const int64_t end = ROWS_ARE_QUERIES ? shape.keys_before(tile.first + TILE) : column_count;
    for (int64_t first = begin; first < end; first += TILE) {
        ScoreProduct scores, slopes;
        clear(scores);
        clear(slopes);
        __syncthreads();  // all have done with the tiles before
        Tiles::Scores::multiply_add(scores, tile.of(operands.rows, shape), tile.first, tile.of(operands.columns, shape),
            first, 0, shape.head_size, shared);
        if (WHICH != Gradient::OF_VALUES) {
            __syncthreads();
            Tiles::Scores::multiply_add(slopes, tile.of(operands.row_factors, shape), tile.first,
                tile.of(operands.column_factors, shape), first, 0, shape.head_size, shared);
        }
#pragma unroll
        for (int i = 0; i < ScoreProduct::COUNT; i++) {
            const int row = ScoreProduct::row(i), column = ScoreProduct::column(i);
            const int64_t from_row = tile.first + row, from_column = first + column;
            const int64_t query = ROWS_ARE_QUERIES ? from_row : from_column;
            const int64_t key = ROWS_ARE_QUERIES ? from_column : from_row;
            float weight = 0;
            if (shape.sees(query, key)) {
                const float score = scores.at(i) * shape.scale + (bias == nullptr ? 0.0f : bias[key]);
                weight = expf(score - normalisers[query]);
                if (WHICH != Gradient::OF_VALUES) {
                    weight *= (slopes.at(i) - sums[query]) * shape.scale;
                }
            }
            store_value(weights + row * Weights::PITCH + column, weight);
        }
        Tiles::add_weighted(result, weights, tile.of(operands.weighted, shape), first, tile.channel, shared);
    }

#pragma unroll
    for (int slice = 0; slice < Tiles::SLICES; slice++) {
#pragma unroll
        for (int i = 0; i < Result::COUNT; i++) {
            const int64_t row = tile.first + Result::row(i), channel = tile.channel + slice * TILE + Result::column(i);
            if (row < row_count && channel < shape.head_size) {
                operands.target.row(tile.sample * row_count + row)[tile.head * shape.head_size + channel] =
                    result[slice].at(i);
            }
        }
    }
}

constexpr int ROW_SUM_WARPS = 8;

// δ for each query of each head and sample: a warp sums the products of a head's channels.
__global__ void __launch_bounds__(32 * ROW_SUM_WARPS)
attention_row_sums(Attention shape, int64_t count, Source y, Source dy, float* row_sums) {
    const int64_t index = static_cast<int64_t>(blockIdx.x) * ROW_SUM_WARPS + threadIdx.x / 32;
    if (index >= count) {
        return;
    }
    const int64_t query = index % shape.queries, head = index / shape.queries % shape.heads;
    const int64_t sample = index / shape.queries / shape.heads;
    const float* left = y.row(sample * shape.queries + query) + head * shape.head_size;
    const float* right = dy.row(sample * shape.queries + query) + head * shape.head_size;
    float sum = 0;
    for (int32_t channel = threadIdx.x % 32; channel < shape.head_size; channel += 32) {
        sum += left[channel] * right[channel];
    }
    sum = warp_sum(sum);
    if (threadIdx.x % 32 == 0) {
        row_sums[index] = sum;
    }
}

}  // namespace boot

using namespace boot;

int32_t boot_attention_backward(boot_context context, int32_t n, int32_t queries, int32_t keys, int32_t heads,
    int32_t head_size, int32_t causal, boot_floats q, int64_t ldq, boot_floats k, int64_t ldk, boot_floats v, int64_t ldv,
    boot_floats mask, boot_floats y, int64_t ldy, boot_floats log_sum_exp, boot_floats dy, int64_t lddy, boot_floats dq,
    int64_t lddq, boot_floats dk, int64_t lddk, boot_floats dv, int64_t lddv) {
    const Attention shape = Attention::of(queries, keys, heads, head_size, causal);
    const int64_t rows = static_cast<int64_t>(n) * heads * queries;
    float* row_sums = reserve(of(context), rows);
    if (row_sums == nullptr) {
        return of(context).refusal;
    }
    const Dense all_q = heads_of(source(q, ldq), shape, queries), all_dy = heads_of(source(dy, lddy), shape, queries);
    const Dense all_k = heads_of(source(k, ldk), shape, keys), all_v = heads_of(source(v, ldv), shape, keys);
    const GradientOperands of_queries = {all_q, all_k, all_dy, all_v, all_k, sink(dq, lddq)};
    const GradientOperands of_keys = {all_k, all_q, all_v, all_dy, all_q, sink(dk, lddk)};
    const GradientOperands of_values = {all_k, all_q, all_v, all_dy, all_dy, sink(dv, lddv)};
    const cudaStream_t stream = of(context).stream;
    return for_tiles(of(context), shape, [&](auto tiles) {
        typedef decltype(tiles) Tiles;
        const int64_t query_blocks = blocks_of<Tiles>(n, shape, queries), key_blocks = blocks_of<Tiles>(n, shape, keys);
        const int64_t sum_blocks = quotient_up(rows, ROW_SUM_WARPS);
        if (query_blocks > INT32_MAX || key_blocks > INT32_MAX || sum_blocks > INT32_MAX) {
            return BOOT_UNSUPPORTED;
        }
        const unsigned of_query_tiles = static_cast<unsigned>(query_blocks);
        const unsigned of_key_tiles = static_cast<unsigned>(key_blocks);
        BOOT_LAUNCH(attention_row_sums, static_cast<unsigned>(sum_blocks), 32 * ROW_SUM_WARPS, 0, stream, shape, rows,
            source(y, ldy), source(dy, lddy), row_sums);
        BOOT_LAUNCH((attention_gradient<Tiles, Gradient::OF_VALUES>), of_key_tiles, Tiles::THREADS, 0, stream, shape,
            of_values, at(mask), at(log_sum_exp), row_sums);
        BOOT_LAUNCH((attention_gradient<Tiles, Gradient::OF_KEYS>), of_key_tiles, Tiles::THREADS, 0, stream, shape,
            of_keys, at(mask), at(log_sum_exp), row_sums);
        BOOT_LAUNCH((attention_gradient<Tiles, Gradient::OF_QUERIES>), of_query_tiles, Tiles::THREADS, 0, stream, shape,
            of_queries, at(mask), at(log_sum_exp), row_sums);
        return launched();
    });
}
