// The matrix product of a tier: register tiles of up to TILE_ROWS rows and one panel of columns. The right side is packed in
// panels, [panel][k][PANEL], zero beyond the last column.
#pragma once
#include "vector.h"

namespace boot::BOOT_TIER {

constexpr int PANEL = 2 * LANES;
constexpr int TILE_ROWS = LANES == 16 ? 12 : 6;  // as many as the registers hold: 32 of them with AVX-512, else 16

template <int N>
struct Number {
    static constexpr int value = N;
};

static BOOT_INLINE int64_t panels(int64_t columns) { return (columns + PANEL - 1) / PANEL; }

// The first V vectors of a panel's row: both, or one where the matrix ends in the first.
template <int V>
struct Columns {
    Vec part[V];

    // Of a row that may end before the panel does: `columns` values of it are left.
    static BOOT_INLINE Columns of(const float* p, int64_t columns) {
        Columns result;
#pragma GCC unroll 2
        for (int v = 0; v < V; v++) {
            const int64_t left = columns - v * LANES;
            result.part[v] = left >= LANES ? load(p + v * LANES) : load(p + v * LANES, Part{static_cast<int>(left)});
        }
        return result;
    }

    static BOOT_INLINE Columns of(const float* p) { return of(p, PANEL); }

    BOOT_INLINE void store_to(float* p, int64_t columns = PANEL) const {
#pragma GCC unroll 2
        for (int v = 0; v < V; v++) {
            const int64_t left = columns - v * LANES;
            if (left >= LANES) {
                store(p + v * LANES, part[v]);
            } else {
                store(p + v * LANES, part[v], Part{static_cast<int>(left)});
            }
        }
    }

    BOOT_INLINE void add(const Columns& other) {
#pragma GCC unroll 2
        for (int v = 0; v < V; v++) {
            part[v] += other.part[v];
        }
    }
};

// Calls body(Number<V>) with the V of Columns for a panel of which `columns` values are left.
template <class Body>
static BOOT_INLINE void for_width(int64_t columns, Body body) {
    if (columns > LANES) {
        body(Number<2>{});
    } else {
        body(Number<1>{});
    }
}

template <int R, int V>
struct Tile {
    Columns<V> row[R];

    BOOT_INLINE void clear() {
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
#pragma GCC unroll 2
            for (int v = 0; v < V; v++) {
                row[r].part[v] = Vec{};
            }
        }
    }

    BOOT_INLINE void add_product(int r, float a, const Columns<V>& b) {
        const Vec value = splat(a);
#pragma GCC unroll 2
        for (int v = 0; v < V; v++) {
            row[r].part[v] += value * b.part[v];
        }
    }

    // += a[r][k] · b[k][...] for `length` values of k; b is a panel.
    BOOT_INLINE void add_rows(const float* const* a, int64_t offset, int64_t length, const float* b) {
        const float* left[R];
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            left[r] = a[r] + offset;
        }
#pragma GCC unroll 4
        for (int64_t k = 0; k < length; k++, b += PANEL) {
            const Columns<V> right = Columns<V>::of(b);
#pragma GCC unroll 12
            for (int r = 0; r < R; r++) {
                add_product(r, left[r][k], right);
            }
        }
    }

    // The same for rows that lie `lda` floats apart.
    BOOT_INLINE void add_rows(const float* a, int64_t lda, int64_t length, const float* b) {
#pragma GCC unroll 2
        for (int64_t k = 0; k < length; k++, a++, b += PANEL) {
            const Columns<V> right = Columns<V>::of(b);
            const float* left = a;
#pragma GCC unroll 12
            for (int r = 0; r < R; r++, left += lda) {
                add_product(r, *left, right);
            }
        }
    }

    // += a[k][r] · b[k][...]: `lda` and `ldb` floats from k to k + 1.
    BOOT_INLINE void add_columns(const float* a, int64_t lda, const float* b, int64_t ldb, int64_t length) {
#pragma GCC unroll 4
        for (int64_t k = 0; k < length; k++, a += lda, b += ldb) {
            const Columns<V> right = Columns<V>::of(b);
#pragma GCC unroll 12
            for (int r = 0; r < R; r++) {
                add_product(r, a[r], right);
            }
        }
    }
};

// Calls body(first row, Number<R>) for tiles of R <= MAX rows: full ones, then two even ones rather than a thin last one,
// since a thin tile waits for its own multiplications.
template <int MAX = TILE_ROWS, class Body>
static BOOT_INLINE void over_tiles(int64_t rows, Body body) {
    static_assert(MAX <= 12, "the sizes that are dispatched");
    int64_t i = 0;
    while (i < rows) {
        const int64_t left = rows - i;
        const int64_t r = left <= MAX ? left : left < 2 * MAX - 2 ? (left + 1) / 2 : MAX;
        switch (r) {  // beyond MAX there is no such case
            case 1: body(i, Number<1>{}); break;
            case 2: body(i, Number<2>{}); break;
            case 3: body(i, Number<3>{}); break;
            case 4: body(i, Number<(MAX < 4 ? MAX : 4)>{}); break;
            case 5: body(i, Number<(MAX < 5 ? MAX : 5)>{}); break;
            case 6: body(i, Number<(MAX < 6 ? MAX : 6)>{}); break;
            case 7: body(i, Number<(MAX < 7 ? MAX : 7)>{}); break;
            case 8: body(i, Number<(MAX < 8 ? MAX : 8)>{}); break;
            case 9: body(i, Number<(MAX < 9 ? MAX : 9)>{}); break;
            case 10: body(i, Number<(MAX < 10 ? MAX : 10)>{}); break;
            case 11: body(i, Number<(MAX < 11 ? MAX : 11)>{}); break;
            default: body(i, Number<MAX>{}); break;
        }
        i += r;
    }
}

// y[rows][columns] = a[rows][k] · panels + bias + residual; bias and residual may be absent, residual may be y. Panels of more
// than k rows have `panel_rows`.
void multiply(int64_t rows, int64_t k, int64_t columns, Source a, const float* panels, const float* bias, Source residual,
    Target y, int64_t panel_rows = 0);

// c[m][columns] = aᵀ·b of a[k][m] and b[k][columns], added to c where `accumulate` is true; c has no gaps.
void multiply_transposed(int64_t k, int64_t m, int64_t columns, Source a, Source b, float* c, bool accumulate);

// Floats of `rows` packed rows of `columns` values.
static BOOT_INLINE int64_t packed_floats(int64_t rows, int64_t columns) { return panels(columns) * rows * PANEL; }

// Packs the rows of x as the rows [first, first + rows) of panels that have `k` rows.
void pack_rows(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels);

// Packs the columns of x[columns][rows], that is, its transpose, in the same way.
void pack_columns(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels);

}  // namespace boot::BOOT_TIER
