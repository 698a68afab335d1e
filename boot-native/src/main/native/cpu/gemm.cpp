// Matrix products on packed panels, and the packing.
#include "gemm.h"

namespace boot::BOOT_TIER {

// Rows of a block: what the first-level cache holds besides a panel.
static int64_t block_rows(int64_t k) { return larger(24, smaller(192, 8192 / k / TILE_ROWS * TILE_ROWS)); }

template <int V>
static BOOT_INLINE void multiply_panel(int64_t first, int64_t rows, int64_t k, int64_t column, int64_t width, Source a,
    const float* panel, const float* bias, Source residual, Target y) {
    Columns<V> added = {};
    if (bias != nullptr) {
        added = Columns<V>::of(bias + column, width);
    }
    over_tiles(rows, [&](int64_t i, auto count) BOOT_LAMBDA {
        constexpr int R = decltype(count)::value;
        Tile<R, V> tile;
        tile.clear();
        tile.add_rows(a.row(first + i), a.stride, k, panel);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            tile.row[r].add(added);
            if (residual.given()) {
                tile.row[r].add(Columns<V>::of(residual.row(first + i + r) + column, width));
            }
            tile.row[r].store_to(y.row(first + i + r) + column, width);
        }
    });
}

void multiply(int64_t rows, int64_t k, int64_t columns, Source a, const float* panels, const float* bias, Source residual,
    Target y, int64_t panel_rows) {
    const int64_t block = block_rows(k), panel_floats = larger(k, panel_rows) * PANEL;
    for (int64_t first = 0; first < rows; first += block) {
        const float* panel = panels;
        for (int64_t column = 0; column < columns; column += PANEL, panel += panel_floats) {
            for_width(columns - column, [&](auto vectors) BOOT_LAMBDA {
                multiply_panel<decltype(vectors)::value>(first, smaller(block, rows - first), k, column, columns - column, a,
                    panel, bias, residual, y);
            });
        }
    }
}

template <int V>
static BOOT_INLINE void multiply_transposed_panel(int64_t k, int64_t m, int64_t width, Source a, Source b, float* c,
    int64_t ldc, bool accumulate) {
    over_tiles(m, [&](int64_t i, auto count) BOOT_LAMBDA {
        constexpr int R = decltype(count)::value;
        Tile<R, V> tile;
        tile.clear();
        tile.add_columns(a.data + i, a.stride, b.data, b.stride, k);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            float* target = c + (i + r) * ldc;
            if (accumulate) {
                tile.row[r].add(Columns<V>::of(target, width));
            }
            tile.row[r].store_to(target, width);
        }
    });
}

void multiply_transposed(int64_t k, int64_t m, int64_t columns, Source a, Source b, float* c, bool accumulate) {
    constexpr int64_t BLOCK = 96;
    float edge[BLOCK * PANEL];
    for (int64_t first = 0; first < k; first += BLOCK) {
        const int64_t length = smaller(BLOCK, k - first);
        for (int64_t column = 0; column < columns; column += PANEL) {
            const int64_t width = columns - column;
            Source right = {b.row(first) + column, b.stride};
            if (width < PANEL) {
                pack_rows(length, width, right, length, 0, edge);
                right = {edge, PANEL};
            }
            for_width(width, [&](auto vectors) BOOT_LAMBDA {
                multiply_transposed_panel<decltype(vectors)::value>(length, m, width, {a.row(first), a.stride}, right,
                    c + column, columns, accumulate || first > 0);
            });
        }
    }
}

void pack_rows(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels) {
    float* target = panels + first * PANEL;
    for (int64_t column = 0; column < columns; column += PANEL, target += k * PANEL) {
        const int64_t width = columns - column;
        for (int64_t row = 0; row < rows; row++) {
            Columns<2> values = {};
            if (width > LANES) {
                values = Columns<2>::of(x.row(row) + column, width);
            } else {
                values.part[0] = Columns<1>::of(x.row(row) + column, width).part[0];
            }
            values.store_to(target + row * PANEL);
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
