// Matrix products on packed panels, and the packing.
#include "gemm.h"

namespace boot::BOOT_TIER {

// Rows of a block: what the first-level cache holds besides a panel.
static int64_t block_rows(int64_t k) { return larger(24, smaller(192, 8192 / k / TILE_ROWS * TILE_ROWS)); }

void multiply(int64_t rows, int64_t k, int64_t columns, Source a, const float* panels, const float* bias, Source residual,
    Target y) {
    const int64_t block = block_rows(k);
    for (int64_t first = 0; first < rows; first += block) {
        const float* b = panels;
        for (int64_t column = 0; column < columns; column += PANEL, b += k * PANEL) {
            const int64_t width = columns - column;
            Vec bias_low = {}, bias_high = {};
            if (bias != nullptr) {
                load_panel(bias + column, width, bias_low, bias_high);
            }
            over_tiles(smaller(block, rows - first), [&](int64_t i, auto count) BOOT_LAMBDA {
                constexpr int R = decltype(count)::value;
                const float* row[R];
                for (int r = 0; r < R; r++) {
                    row[r] = a.row(first + i + r);
                }
                Tile<R> tile;
                tile.clear();
                tile.add_rows(row, 0, k, b);
#pragma GCC unroll 6
                for (int r = 0; r < R; r++) {
                    Vec low = tile.low[r] + bias_low, high = tile.high[r] + bias_high;
                    if (residual.given()) {
                        Vec more_low, more_high;
                        load_panel(residual.row(first + i + r) + column, width, more_low, more_high);
                        low += more_low;
                        high += more_high;
                    }
                    store_panel(y.row(first + i + r) + column, width, low, high);
                }
            });
        }
    }
}

void multiply_transposed(int64_t k, int64_t m, int64_t columns, Source a, Source b, float* c, bool accumulate) {
    constexpr int64_t BLOCK = 96;
    float edge[BLOCK * PANEL];
    for (int64_t first = 0; first < k; first += BLOCK) {
        const int64_t length = smaller(BLOCK, k - first);
        for (int64_t column = 0; column < columns; column += PANEL) {
            const int64_t width = columns - column;
            const float* right = b.row(first) + column;
            int64_t ldb = b.stride;
            if (width < PANEL) {
                pack_rows(length, width, {right, ldb}, length, 0, edge);
                right = edge;
                ldb = PANEL;
            }
            over_tiles(m, [&](int64_t i, auto count) BOOT_LAMBDA {
                constexpr int R = decltype(count)::value;
                Tile<R> tile;
                tile.clear();
                tile.add_columns(a.row(first) + i, a.stride, right, ldb, length);
#pragma GCC unroll 6
                for (int r = 0; r < R; r++) {
                    float* target = c + (i + r) * columns + column;
                    Vec low = {}, high = {};
                    if (accumulate || first > 0) {
                        load_panel(target, width, low, high);
                    }
                    store_panel(target, width, tile.low[r] + low, tile.high[r] + high);
                }
            });
        }
    }
}

void pack_rows(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels) {
    float* target = panels + first * PANEL;
    for (int64_t column = 0; column < columns; column += PANEL, target += k * PANEL) {
        for (int64_t row = 0; row < rows; row++) {
            Vec low, high;
            load_panel(x.row(row) + column, columns - column, low, high);
            store(target + row * PANEL, low);
            store(target + row * PANEL + LANES, high);
        }
    }
}

void pack_columns(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels) {
    float* target = panels + first * PANEL;
    for (int64_t column = 0; column < columns; column += PANEL, target += k * PANEL) {
        for (int64_t row = 0; row < rows; row += LANES) {
            const int count = static_cast<int>(smaller(LANES, rows - row));
            for (int64_t half = 0; half < PANEL; half += LANES) {
                Vec square[LANES];
                for (int i = 0; i < LANES; i++) {
                    const int64_t c = column + half + i;
                    const float* p = x.row(c) + row;
                    square[i] = c >= columns ? Vec{} : count == LANES ? load(p) : load(p, Part{count});
                }
                transpose(square);
                for (int i = 0; i < count; i++) {
                    store(target + (row + i) * PANEL + half, square[i]);
                }
            }
        }
    }
}

}  // namespace boot::BOOT_TIER
