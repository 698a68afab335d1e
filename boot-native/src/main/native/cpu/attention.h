// What the passes of attention share: blocks of queries, the mask, and what a causal query does not see.
#pragma once
#include <math.h>

#include "gemm.h"

namespace boot::BOOT_TIER {

constexpr int64_t MAX_BLOCK = 96;

// Queries of a block: their scores stay in the second-level cache. A wide head has more in its keys and values than in the
// scores, and they are read again for each block: then blocks are large.
static BOOT_INLINE int64_t block_queries(const Attention& shape) {
    const int64_t cached = shape.head_size > 256 ? MAX_BLOCK : 32768 / shape.keys / TILE_ROWS * TILE_ROWS;
    return smaller(shape.queries, larger(TILE_ROWS, smaller(MAX_BLOCK, cached)));
}

// The mask of a sample, −∞ beyond the last key.
static BOOT_INLINE void fill_mask(const Attention& shape, const float* mask, int64_t padded_keys, float* filled) {
    for (int64_t key = 0; key < padded_keys; key++) {
        filled[key] = key >= shape.keys ? -INFINITY : mask == nullptr ? 0 : mask[key];
    }
}

// Takes from the scores of the queries [first, first + rows) those of keys that a causal query does not see.
static BOOT_INLINE void exclude_unseen(
    const Attention& shape, int64_t first, int64_t rows, int64_t columns, float* scores, int64_t stride) {
    for (int64_t row = 0; shape.causal && row < rows; row++) {
        for (int64_t key = first + row + 1; key < columns; key++) {
            scores[row * stride + key] = -INFINITY;
        }
    }
}

}  // namespace boot::BOOT_TIER
