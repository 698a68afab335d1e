// Sums over the rows of a matrix: the gradient of a bias.
#pragma once
#include "vector.h"

namespace boot::BOOT_TIER {

template <int V, class Lanes>
static BOOT_INLINE void sum_vectors(int64_t rows, const float* x, int64_t stride, float* sum, bool accumulate, Lanes lanes) {
    Vec total[V];
#pragma GCC unroll 4
    for (int u = 0; u < V; u++) {
        total[u] = accumulate ? load(sum + u * LANES, lanes) : Vec{};
    }
    for (int64_t row = 0; row < rows; row++, x += stride) {
#pragma GCC unroll 4
        for (int u = 0; u < V; u++) {
            total[u] += load(x + u * LANES, lanes);
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < V; u++) {
        store(sum + u * LANES, total[u], lanes);
    }
}

// sum[c] = Σ x[row][c], added to what is there where `accumulate` is true.
static inline void sum_columns(int64_t rows, int64_t columns, Source x, float* sum, bool accumulate) {
    int64_t c = 0;
    for (; c + 4 * LANES <= columns; c += 4 * LANES) {
        sum_vectors<4>(rows, x.data + c, x.stride, sum + c, accumulate, Full{});
    }
    over_lanes(columns - c, [&](int64_t i, auto lanes) BOOT_LAMBDA {
        sum_vectors<1>(rows, x.data + c + i, x.stride, sum + c + i, accumulate, lanes);
    });
}

}  // namespace boot::BOOT_TIER
