// Forward mode of attention, a block of queries at a time: with S' = (Q'·Kᵀ + Q·K'ᵀ)/√d, P recomputed from the log-sum-exp and
// P' = P∘(S' − rowsum(P∘S')), the tangent is P'·V + P·V'.
#include <math.h>

#include "../boot_kernels.h"
#include "activation.h"
#include "attention.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// weights = exp(scale·weights + mask − log-sum-exp), slopes = weights·(s − Σ weights·s) with s = scale·slopes, row by row.
static void softmax_tangent(int64_t rows, int64_t columns, int64_t stride, float scale, const float* mask,
    const float* log_sum_exp, float* weights, float* slopes) {
    for (int64_t row = 0; row < rows; row++, weights += stride, slopes += stride) {
        const float normaliser = log_sum_exp[row];
        Vec total = {};
        for (int64_t j = 0; j < columns; j += LANES) {
            const Vec weight = exponential(load(weights + j) * scale + load(mask + j) - normaliser);
            const Vec slope = load(slopes + j) * scale;
            store(weights + j, weight);
            store(slopes + j, slope);
            total += weight * slope;
        }
        const float mean = sum(total);
        for (int64_t j = 0; j < columns; j += LANES) {
            store(slopes + j, load(weights + j) * (load(slopes + j) - mean));
        }
    }
}

int32_t attention_tangent(Context& context, int32_t n, const Attention& shape, Source q, Source k, Source v,
    const float* mask, const float* log_sum_exp, Source qtangent, Source ktangent, Source vtangent, Target ytangent) {
    const int64_t keys = round_up(shape.keys, PANEL), block = block_queries(shape), size = shape.head_size;
    const int64_t column_panels = packed_floats(size, shape.keys), row_panels = packed_floats(shape.keys, size);
    float* scratch = reserve(context, 2 * column_panels + 2 * row_panels + keys + 2 * block * keys);
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *packed_k = scratch, *packed_kt = packed_k + column_panels, *packed_v = packed_kt + column_panels;
    float *packed_vt = packed_v + row_panels, *filled = packed_vt + row_panels;
    float *weights = filled + keys, *slopes = weights + block * keys;
    const float scale = 1.0f / sqrtf(static_cast<float>(size));
    for (int64_t sample = 0; sample < n; sample++) {
        fill_mask(shape, mask == nullptr ? nullptr : mask + sample * shape.keys, keys, filled);
        for (int64_t head = 0; head < shape.heads; head++) {
            const int64_t channel = head * size, key = sample * shape.keys;
            pack_columns(size, shape.keys, {k.row(key) + channel, k.stride}, size, 0, packed_k);
            pack_columns(size, shape.keys, {ktangent.row(key) + channel, ktangent.stride}, size, 0, packed_kt);
            pack_rows(shape.keys, size, {v.row(key) + channel, v.stride}, shape.keys, 0, packed_v);
            pack_rows(shape.keys, size, {vtangent.row(key) + channel, vtangent.stride}, shape.keys, 0, packed_vt);
            for (int64_t first = 0; first < shape.queries; first += block) {
                const int64_t rows = smaller(block, shape.queries - first), row = sample * shape.queries + first;
                const Source qh = {q.row(row) + channel, q.stride};
                const Source qth = {qtangent.row(row) + channel, qtangent.stride};
                const Target yth = {ytangent.row(row) + channel, ytangent.stride};
                const int64_t seen = seen_keys(shape, first + rows), columns = round_up(seen, PANEL);
                multiply(rows, size, columns, qh, packed_k, nullptr, {}, {weights, keys});
                multiply(rows, size, columns, qth, packed_k, nullptr, {}, {slopes, keys});
                multiply(rows, size, columns, qh, packed_kt, nullptr, {slopes, keys}, {slopes, keys});
                exclude_unseen(shape, first, rows, columns, weights, keys);
                softmax_tangent(rows, columns, keys, scale, filled,
                    log_sum_exp + (sample * shape.heads + head) * shape.queries + first, weights, slopes);
                multiply(rows, seen, size, {slopes, keys}, packed_v, nullptr, {}, yth, shape.keys);
                multiply(rows, seen, size, {weights, keys}, packed_vt, nullptr, {yth.data, yth.stride}, yth, shape.keys);
            }
        }
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
