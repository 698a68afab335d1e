// Winograd's convolution, forward; the input's gradient is the same with mirrored, transposed weights. A block of tiles is
// transformed, multiplied point by point and transformed back while it is in the second-level cache.
#include "winograd.h"

#include "../boot_kernels.h"
#include "convolution.h"

namespace boot::BOOT_TIER {

int64_t winograd_floats(int32_t in, int32_t out) { return POINTS * plane_floats(panels(out) * in, PANEL); }

// ---- weights

// Transforms w[tap] of one vector into the 36 planes.
static BOOT_INLINE void store_points(const Vec (&w)[9], float* target, int64_t plane) {
    Vec half[6][3];
#pragma GCC unroll 1
    for (int j = 0; j < 3; j++) {
        const Vec column[3] = {w[j], w[3 + j], w[6 + j]};
        Vec o[6];
        transform_weights(column, o);
        for (int i = 0; i < 6; i++) {
            half[i][j] = o[i];
        }
    }
#pragma GCC unroll 1
    for (int i = 0; i < 6; i++) {
        Vec o[6];
        transform_weights(half[i], o);
        for (int j = 0; j < 6; j++) {
            store(target + (i * 6 + j) * plane, o[j]);
        }
    }
}

// The two vectors of a panel's row are written together: they share a cache line.
void winograd_prepare(int32_t in, int32_t out, const float* weights, float* prepared) {
    const int64_t plane = plane_floats(panels(out) * in, PANEL);
    for (int64_t first = 0; first < out; first += PANEL, prepared += in * PANEL) {
        for (int64_t i = 0; i < in; i++) {
            for (int64_t half = 0; half < PANEL; half += LANES) {
                const int64_t left = out - first - half;
                Vec w[9];
                for (int tap = 0; tap < 9; tap++) {
                    const float* source = weights + (tap * static_cast<int64_t>(in) + i) * out + first + half;
                    w[tap] = left >= LANES ? load(source) : left > 0 ? load(source, Part{static_cast<int>(left)}) : Vec{};
                }
                store_points(w, prepared + i * PANEL + half, plane);
            }
        }
    }
}

// weights[tap][in][out], seen from dy: the channels change places and the taps are mirrored.
void winograd_prepare_gradient(int32_t in, int32_t out, const float* weights, float* prepared) {
    const int64_t plane = plane_floats(panels(in) * out, PANEL);
    for (int64_t first = 0; first < in; first += PANEL, prepared += out * PANEL) {
        for (int64_t o = 0; o < out; o += LANES) {
            const int count = static_cast<int>(smaller(LANES, out - o));
            for (int64_t half = 0; half < PANEL; half += LANES) {
                Vec block[9][LANES];  // [tap][out][in]
                for (int tap = 0; tap < 9; tap++) {
                    for (int i = 0; i < LANES; i++) {
                        const int64_t channel = first + half + i;
                        const float* source = weights + ((8 - tap) * static_cast<int64_t>(in) + channel) * out + o;
                        block[tap][i] = channel >= in ? Vec{} : count == LANES ? load(source) : load(source, Part{count});
                    }
                    transpose(block[tap]);
                }
                for (int row = 0; row < count; row++) {
                    Vec w[9];
                    for (int tap = 0; tap < 9; tap++) {
                        w[tap] = block[tap][row];
                    }
                    store_points(w, prepared + (o + row) * PANEL + half, plane);
                }
            }
        }
    }
}

// ---- input

alignas(64) static const float ZEROS[LANES] = {};

// The columns of a strip are transformed once, then the rows of each tile: neighbouring tiles share two columns.
template <class Lanes>
static BOOT_INLINE void transform_strip(const Tiling& tiling, int32_t top, Source image, float* line, float* target,
    int64_t plane, int64_t row, Lanes lanes) {
    const int64_t columns = TILE * tiling.per_strip + 2;
    const float* pixel[6];
    int64_t step[6];
    for (int i = 0; i < 6; i++) {
        const bool inside = top + i >= 0 && top + i < tiling.height;
        pixel[i] = inside ? image.row(static_cast<int64_t>(top + i) * tiling.width) : ZEROS;
        step[i] = inside ? image.stride : 0;
    }
    for (int i = 0; i < 6; i++) {
        store(line + i * LANES, Vec{});
    }
    float* out = line + WINDOW * LANES;
    for (int64_t j = 0; j < tiling.width; j++, out += WINDOW * LANES) {
        Vec d[6], o[6];
#pragma GCC unroll 6
        for (int i = 0; i < 6; i++) {
            d[i] = load(pixel[i], lanes);
            pixel[i] += step[i];
        }
        transform_input(d, o);
#pragma GCC unroll 6
        for (int i = 0; i < 6; i++) {
            store(out + i * LANES, o[i]);
        }
    }
    for (int64_t j = tiling.width + 1; j < columns; j++, out += WINDOW * LANES) {
        for (int i = 0; i < 6; i++) {
            store(out + i * LANES, Vec{});
        }
    }
    for (int32_t tile = 0; tile < tiling.per_strip; tile++, target += row) {
        const float* in = line + TILE * tile * WINDOW * LANES;
        float* point = target;
#pragma GCC unroll 1
        for (int i = 0; i < 6; i++, in += LANES, point += 6 * plane) {
            Vec d[6], o[6];
#pragma GCC unroll 6
            for (int j = 0; j < 6; j++) {
                d[j] = load(in + j * WINDOW * LANES);
            }
            transform_input(d, o);
#pragma GCC unroll 6
            for (int j = 0; j < 6; j++) {
                store(point + j * plane, o[j]);
            }
        }
    }
}

void transform_input_strips(const Tiling& tiling, int64_t first, int64_t strips, int32_t channels, Source x, float* line,
    float* planes, int64_t plane, int64_t row) {
    for (int64_t strip = 0; strip < strips; strip++, planes += tiling.per_strip * row) {
        const int64_t image = (first + strip) / tiling.strips;
        const int32_t top = static_cast<int32_t>((first + strip) % tiling.strips) * TILE - 1;
        const float* pixels = x.row(image * tiling.height * tiling.width);
        over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
            transform_strip(tiling, top, {pixels + c, x.stride}, line, planes + c, plane, row, lanes);
        });
    }
}

// ---- output

// Where a tile's results go, and what is added to them.
struct TileTarget {
    int32_t rows, columns;  // that lie inside the image
    int64_t width;          // of the image
    const float* bias;      // null where absent, as are shift and residual
    const float* shift;
    Source residual;
    Target y;
};

// y = transformed tile + bias + shift + residual, for one vector of channels. FULL: all of the tile lies inside the image.
template <bool FULL, class Lanes>
static BOOT_INLINE void transform_vector(const float* source, int64_t plane, const TileTarget& target, int64_t c, Lanes lanes) {
    Vec half[4][6];
#pragma GCC unroll 1
    for (int j = 0; j < 6; j++) {
        Vec m[6], o[4];
#pragma GCC unroll 6
        for (int i = 0; i < 6; i++) {
            m[i] = load(source + (i * 6 + j) * plane);
        }
        transform_output(m, o);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            half[i][j] = o[i];
        }
    }
    Vec added = target.bias != nullptr ? load(target.bias + c, lanes) : Vec{};
    if (target.shift != nullptr) {
        added += load(target.shift + c, lanes);
    }
    float* out = target.y.data + c;
    int64_t more = c;
#pragma GCC unroll 1
    for (int i = 0; i < TILE; i++) {
        if (FULL || i < target.rows) {
            Vec o[4];
            transform_output(half[i], o);
#pragma GCC unroll 4
            for (int j = 0; j < TILE; j++) {
                if (FULL || j < target.columns) {
                    Vec value = o[j] + added;
                    if (target.residual.given()) {
                        value += load(target.residual.data + more + j * target.residual.stride, lanes);
                    }
                    store(out + j * target.y.stride, value, lanes);
                }
            }
        }
        out += target.width * target.y.stride;
        more += target.width * target.residual.stride;
    }
}

template <bool FULL>
static void transform_tile(int32_t channels, const float* source, int64_t plane, const TileTarget target) {
    over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
        transform_vector<FULL>(source + c, plane, target, c, lanes);
    });
}

static void transform_output_strips(const Tiling& tiling, int64_t first, int64_t strips, int32_t channels,
    const float* planes, int64_t plane, int64_t row, const Addends& addends, Target y) {
    for (int64_t strip = 0; strip < strips; strip++) {
        const int64_t image = (first + strip) / tiling.strips;
        const int32_t top = static_cast<int32_t>((first + strip) % tiling.strips) * TILE;
        const int32_t rows = static_cast<int32_t>(smaller(TILE, tiling.height - top));
        const float* shift = addends.shift.given() ? addends.shift.row(image) : nullptr;
        for (int32_t tile = 0; tile < tiling.per_strip; tile++, planes += row) {
            const int32_t columns = static_cast<int32_t>(smaller(TILE, tiling.width - tile * TILE));
            const int64_t pixel = (image * tiling.height + top) * tiling.width + tile * TILE;
            const float* residual = addends.residual.given() ? addends.residual.row(pixel) : nullptr;
            const TileTarget target = {rows, columns, tiling.width, addends.bias, shift,
                {residual, addends.residual.stride}, {y.row(pixel), y.stride}};
            if (rows == TILE && columns == TILE) {
                transform_tile<true>(channels, planes, plane, target);
            } else {
                transform_tile<false>(channels, planes, plane, target);
            }
        }
    }
}

// ---- the pass

// m[tiles][columns] = v[tiles][k] · panels, for one point.
static void multiply_point(int64_t tiles, int64_t k, int64_t columns, const float* v, int64_t ldv, const float* panel,
    float* m, int64_t ldm) {
    for (int64_t column = 0; column < columns; column += PANEL, panel += k * PANEL) {
        over_tiles(tiles, [&](int64_t i, auto count) BOOT_LAMBDA {
            constexpr int R = decltype(count)::value;
            const float* row[R];
            for (int r = 0; r < R; r++) {
                row[r] = v + (i + r) * ldv;
            }
            Tile<R> tile;
            tile.clear();
            tile.add_rows(row, 0, k, panel);
#pragma GCC unroll 6
            for (int r = 0; r < R; r++) {
                store(m + (i + r) * ldm + column, tile.low[r]);
                store(m + (i + r) * ldm + column + LANES, tile.high[r]);
            }
        });
    }
}

int32_t winograd_forward(Context& context, int32_t n, const Conv& conv, Source x, const float* prepared,
    const Addends& addends, Target y) {
    const Tiling tiling = Tiling::of(conv.height, conv.width);
    const int64_t columns = round_up(conv.out, PANEL);
    // The products of a point take the place of the point before, so inputs and products share their planes.
    const int64_t row = larger(round_up(conv.in, LANES), columns);
    const int64_t all = static_cast<int64_t>(n) * tiling.strips;
    const int64_t strips = smaller(all, strips_of_block(tiling, row));
    const int64_t plane = plane_floats(strips * tiling.per_strip, row);
    float* scratch = reserve(context, (POINTS + 1) * plane + line_floats(tiling));
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *products = scratch, *inputs = scratch + plane, *line = inputs + POINTS * plane;
    const int64_t point_weights = plane_floats(panels(conv.out) * conv.in, PANEL);
    for (int64_t first = 0; first < all; first += strips) {
        const int64_t count = smaller(strips, all - first);
        transform_input_strips(tiling, first, count, conv.in, x, line, inputs, plane, row);
        for (int64_t point = 0; point < POINTS; point++) {
            multiply_point(count * tiling.per_strip, conv.in, columns, inputs + point * plane, row,
                prepared + point * point_weights, products + point * plane, row);
        }
        transform_output_strips(tiling, first, count, conv.out, products, plane, row, addends, y);
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
