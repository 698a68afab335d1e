// Attention without the matrix of scores in memory: a block of queries at a time, per sample and head. Backward recomputes
// the weights from the scores and the log-sum-exp.
#include <math.h>
#include <string.h>

#include "../boot_kernels.h"
#include "activation.h"
#include "attention.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// scores = exp(scale·scores + mask − largest)/sum, row by row; the log-sum-exp of each row. Each pass goes over all rows, so
// that one row need not wait for the sum of another.
static void softmax(
    int64_t rows, int64_t columns, int64_t stride, float scale, const float* mask, float* scores, float* log_sum_exp) {
    for (int64_t row = 0; row < rows; row++) {
        float* score = scores + row * stride;
        Vec top = splat(-INFINITY);
        for (int64_t j = 0; j < columns; j += LANES) {
            const Vec value = load(score + j) * scale + load(mask + j);
            store(score + j, value);
            top = max(top, value);
        }
        log_sum_exp[row] = largest(top);
    }
    float totals[MAX_BLOCK + LANES] = {};
    for (int64_t row = 0; row < rows; row++) {
        float* score = scores + row * stride;
        const float peak = log_sum_exp[row];
        Vec total = {};
        for (int64_t j = 0; j < columns; j += LANES) {
            const Vec weight = exponential(load(score + j) - peak);
            store(score + j, weight);
            total += weight;
        }
        totals[row] = sum(total);
    }
    over_lanes(rows, [&](int64_t row, auto lanes) BOOT_LAMBDA {
        const Vec total = load(totals + row);
        store(log_sum_exp + row, load(log_sum_exp + row, lanes) + logarithm(total), lanes);
        store(totals + row, 1.0f / total);
    });
    for (int64_t row = 0; row < rows; row++) {
        float* score = scores + row * stride;
        const float factor = totals[row];
        for (int64_t j = 0; j < columns; j += LANES) {
            store(score + j, load(score + j) * factor);
        }
    }
}

int32_t attention_forward(Context& context, int32_t n, const Attention& shape, Source q, Source k, Source v,
    const float* mask, Target y, float* log_sum_exp) {
    const int64_t keys = round_up(shape.keys, PANEL), block = block_queries(shape);
    const int64_t key_panels = packed_floats(shape.head_size, shape.keys);
    const int64_t value_panels = packed_floats(shape.keys, shape.head_size);
    float* scratch = reserve(context, key_panels + value_panels + keys + block * keys);
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *packed_k = scratch, *packed_v = packed_k + key_panels, *filled = packed_v + value_panels, *scores = filled + keys;
    const float scale = 1.0f / sqrtf(static_cast<float>(shape.head_size));
    for (int64_t sample = 0; sample < n; sample++) {
        fill_mask(shape, mask == nullptr ? nullptr : mask + sample * shape.keys, keys, filled);
        for (int64_t head = 0; head < shape.heads; head++) {
            const int64_t channel = head * shape.head_size;
            const Source kh = {k.row(sample * shape.keys) + channel, k.stride};
            const Source vh = {v.row(sample * shape.keys) + channel, v.stride};
            pack_columns(shape.head_size, shape.keys, kh, shape.head_size, 0, packed_k);
            pack_rows(shape.keys, shape.head_size, vh, shape.keys, 0, packed_v);
            for (int64_t first = 0; first < shape.queries; first += block) {
                const int64_t rows = smaller(block, shape.queries - first), row = sample * shape.queries + first;
                const int64_t seen = seen_keys(shape, first + rows), columns = round_up(seen, PANEL);
                multiply(rows, shape.head_size, columns, {q.row(row) + channel, q.stride}, packed_k, nullptr, {},
                    {scores, keys});
                exclude_unseen(shape, first, rows, columns, scores, keys);
                softmax(rows, columns, keys, scale, filled, scores,
                    log_sum_exp + (sample * shape.heads + head) * shape.queries + first);
                multiply(rows, seen, shape.head_size, {scores, keys}, packed_v, nullptr, {},
                    {y.row(row) + channel, y.stride}, shape.keys);
            }
        }
    }
    return BOOT_OK;
}

// weights = exp(scale·scores + mask − log-sum-exp); slopes = scale·weights·(slopes − Σ dy·y), row by row.
static void softmax_gradient(int64_t rows, int64_t columns, int64_t stride, int64_t head_size, float scale, const float* mask,
    const float* log_sum_exp, Source y, Source dy, float* weights, float* slopes) {
    for (int64_t row = 0; row < rows; row++, weights += stride, slopes += stride) {
        Vec products = {};
        over_lanes(head_size, [&](int64_t i, auto lanes) BOOT_LAMBDA {
            products += load(y.row(row) + i, lanes) * load(dy.row(row) + i, lanes);
        });
        const float mean = sum(products), normaliser = log_sum_exp[row];
        for (int64_t j = 0; j < columns; j += LANES) {
            Vec weight = exponential(load(weights + j) * scale + load(mask + j) - normaliser);
            store(weights + j, weight);
            store(slopes + j, weight * scale * (load(slopes + j) - mean));
        }
    }
}

static void copy_rows(int64_t rows, int64_t columns, const float* x, Target y) {
    for (int64_t row = 0; row < rows; row++, x += columns) {
        over_lanes(columns, [&](int64_t i, auto lanes) BOOT_LAMBDA { store(y.row(row) + i, load(x + i, lanes), lanes); });
    }
}

int32_t attention_backward(Context& context, int32_t n, const Attention& shape, Source q, Source k, Source v,
    const float* mask, Source y, const float* log_sum_exp, Source dy, Target dq, Target dk, Target dv) {
    const int64_t keys = round_up(shape.keys, PANEL), block = block_queries(shape), size = shape.head_size;
    const int64_t column_panels = packed_floats(size, shape.keys), row_panels = packed_floats(shape.keys, size);
    const int64_t sums = round_up(keys * size, 16);
    float* scratch = reserve(context, 2 * column_panels + row_panels + 2 * sums + keys + 2 * block * keys);
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *columns_k = scratch, *columns_v = columns_k + column_panels, *rows_k = columns_v + column_panels;
    float *sum_k = rows_k + row_panels, *sum_v = sum_k + sums, *filled = sum_v + sums;
    float *weights = filled + keys, *slopes = weights + block * keys;
    const float scale = 1.0f / sqrtf(static_cast<float>(size));
    for (int64_t sample = 0; sample < n; sample++) {
        fill_mask(shape, mask == nullptr ? nullptr : mask + sample * shape.keys, keys, filled);
        for (int64_t head = 0; head < shape.heads; head++) {
            const int64_t channel = head * size, key = sample * shape.keys;
            const Source kh = {k.row(key) + channel, k.stride}, vh = {v.row(key) + channel, v.stride};
            pack_columns(size, shape.keys, kh, size, 0, columns_k);
            pack_columns(size, shape.keys, vh, size, 0, columns_v);
            pack_rows(shape.keys, size, kh, shape.keys, 0, rows_k);
            if (shape.causal) {  // a block adds to the keys that it sees
                memset(sum_k, 0, sizeof(float) * 2 * sums);
            }
            for (int64_t first = 0; first < shape.queries; first += block) {
                const int64_t rows = smaller(block, shape.queries - first), row = sample * shape.queries + first;
                const Source qh = {q.row(row) + channel, q.stride}, yh = {y.row(row) + channel, y.stride};
                const Source dyh = {dy.row(row) + channel, dy.stride};
                const int64_t seen = seen_keys(shape, first + rows), columns = round_up(seen, PANEL);
                const bool accumulate = shape.causal || first > 0;
                multiply(rows, size, columns, qh, columns_k, nullptr, {}, {weights, keys});
                multiply(rows, size, columns, dyh, columns_v, nullptr, {}, {slopes, keys});
                exclude_unseen(shape, first, rows, columns, weights, keys);
                softmax_gradient(rows, columns, keys, size, scale, filled,
                    log_sum_exp + (sample * shape.heads + head) * shape.queries + first, yh, dyh, weights, slopes);
                multiply(rows, seen, size, {slopes, keys}, rows_k, nullptr, {}, {dq.row(row) + channel, dq.stride}, shape.keys);
                multiply_transposed(rows, seen, size, {weights, keys}, dyh, sum_v, accumulate);
                multiply_transposed(rows, seen, size, {slopes, keys}, qh, sum_k, accumulate);
            }
            copy_rows(shape.keys, size, sum_k, {dk.row(key) + channel, dk.stride});
            copy_rows(shape.keys, size, sum_v, {dv.row(key) + channel, dv.stride});
        }
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
