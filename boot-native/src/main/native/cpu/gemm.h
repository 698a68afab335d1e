// The matrix product of a tier: register tiles of up to 6 rows and one panel of columns. The right side is packed in panels,
// [panel][k][PANEL], zero beyond the last column.
#pragma once
#include "vector.h"

namespace boot::BOOT_TIER {

constexpr int PANEL = 2 * LANES;
constexpr int TILE_ROWS = 6;

template <int N>
struct Number {
    static constexpr int value = N;
};

static BOOT_INLINE int64_t panels(int64_t columns) { return (columns + PANEL - 1) / PANEL; }

template <int R>
struct Tile {
    Vec low[R], high[R];

    BOOT_INLINE void clear() {
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            low[r] = high[r] = Vec{};
        }
    }

    // += a[r][k] · b[k][...] for `length` values of k; b is a panel.
    BOOT_INLINE void add_rows(const float* const* a, int64_t offset, int64_t length, const float* b) {
        const float* row[R];
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            row[r] = a[r] + offset;
        }
#pragma GCC unroll 4
        for (int64_t k = 0; k < length; k++, b += PANEL) {
            const Vec b0 = load(b), b1 = load(b + LANES);
#pragma GCC unroll 6
            for (int r = 0; r < R; r++) {
                const Vec value = splat(row[r][k]);
                low[r] += value * b0;
                high[r] += value * b1;
            }
        }
    }

    // += a[k][r] · b[k][...]: `lda` and `ldb` floats from k to k + 1.
    BOOT_INLINE void add_columns(const float* a, int64_t lda, const float* b, int64_t ldb, int64_t length) {
#pragma GCC unroll 4
        for (int64_t k = 0; k < length; k++, a += lda, b += ldb) {
            const Vec b0 = load(b), b1 = load(b + LANES);
#pragma GCC unroll 6
            for (int r = 0; r < R; r++) {
                const Vec value = splat(a[r]);
                low[r] += value * b0;
                high[r] += value * b1;
            }
        }
    }
};

// Calls body(first row, Number<R>) for tiles of R <= MAX rows: full ones, then two even ones rather than a thin last one,
// since a thin tile waits for its own multiplications.
template <int MAX = TILE_ROWS, class Body>
static BOOT_INLINE void over_tiles(int64_t rows, Body body) {
    static_assert(MAX == 3 || MAX == 6, "the sizes that are dispatched");
    int64_t i = 0;
    while (i < rows) {
        const int64_t left = rows - i;
        const int64_t r = left <= MAX ? left : left < 2 * MAX - 2 ? (left + 1) / 2 : MAX;
        switch (r) {
            case 1: body(i, Number<1>{}); break;
            case 2: body(i, Number<2>{}); break;
            case 3: body(i, Number<3>{}); break;
            case 4: body(i, Number<MAX == 3 ? 3 : 4>{}); break;  // of 3 rows at most, there is no such case
            case 5: body(i, Number<MAX == 3 ? 3 : 5>{}); break;
            default: body(i, Number<MAX>{}); break;
        }
        i += r;
    }
}

// A panel's row of which `columns` values exist.
static BOOT_INLINE void load_panel(const float* p, int64_t columns, Vec& low, Vec& high) {
    if (columns >= PANEL) {
        low = load(p);
        high = load(p + LANES);
    } else if (columns > LANES) {
        low = load(p);
        high = load(p + LANES, Part{static_cast<int>(columns - LANES)});
    } else {
        low = load(p, Part{static_cast<int>(columns)});
        high = Vec{};
    }
}

static BOOT_INLINE void store_panel(float* p, int64_t columns, Vec low, Vec high) {
    if (columns >= PANEL) {
        store(p, low);
        store(p + LANES, high);
    } else if (columns > LANES) {
        store(p, low);
        store(p + LANES, high, Part{static_cast<int>(columns - LANES)});
    } else {
        store(p, low, Part{static_cast<int>(columns)});
    }
}

// y[rows][columns] = a[rows][k] · panels + bias + residual; bias and residual may be absent, residual may be y.
void multiply(int64_t rows, int64_t k, int64_t columns, Source a, const float* panels, const float* bias, Source residual,
    Target y);

// c[m][columns] = aᵀ·b of a[k][m] and b[k][columns], added to c where `accumulate` is true; c has no gaps.
void multiply_transposed(int64_t k, int64_t m, int64_t columns, Source a, Source b, float* c, bool accumulate);

// Floats of `rows` packed rows of `columns` values.
static BOOT_INLINE int64_t packed_floats(int64_t rows, int64_t columns) { return panels(columns) * rows * PANEL; }

// Packs the rows of x as the rows [first, first + rows) of panels that have `k` rows.
void pack_rows(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels);

// Packs the columns of x[columns][rows], that is, its transpose, in the same way.
void pack_columns(int64_t rows, int64_t columns, Source x, int64_t k, int64_t first, float* panels);

}  // namespace boot::BOOT_TIER
