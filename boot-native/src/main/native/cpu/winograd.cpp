// Winograd's convolution, forward; the input's gradient is the same with mirrored, transposed weights. A block of tiles is
// transformed; then, a panel of output channels at a time, the weights are transformed, multiplied point by point, and the
// products transformed back while they are in the second-level cache.
#include "winograd.h"

#include <string.h>

#include "../boot_kernels.h"
#include "convolution.h"

namespace boot::BOOT_TIER {

// ---- output

// Where a tile's results go, and what is added to them.
struct TileTarget {
    int32_t rows, columns;  // that lie inside the image, after the sums
    int64_t width;          // of the image
    const float* bias;      // null where absent, as are shift and residual
    const float* shift;
    Source residual;
    Target y;
};

// y = transformed tile + bias + shift + residual, for one vector of channels. FULL: all of the tile lies inside the image.
// SUM² pixels are summed to one.
template <bool FULL, int SUM, class Lanes>
static BOOT_INLINE void transform_vector(const float* source, int64_t plane, const TileTarget& target, int64_t c, Lanes lanes) {
    constexpr int SIZE = TILE / SUM;
    Vec half[SIZE][6];
#pragma GCC unroll 1
    for (int j = 0; j < 6; j++) {
        Vec m[6], o[SIZE];
#pragma GCC unroll 6
        for (int i = 0; i < 6; i++) {
            m[i] = load(source + (i * 6 + j) * plane);
        }
        transform_output(m, o);
#pragma GCC unroll 4
        for (int i = 0; i < SIZE; i++) {
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
    for (int i = 0; i < SIZE; i++) {
        if (FULL || i < target.rows) {
            Vec o[SIZE];
            transform_output(half[i], o);
#pragma GCC unroll 4
            for (int j = 0; j < SIZE; j++) {
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

template <bool FULL, int SUM>
static void transform_tile(int64_t channels, const float* source, int64_t plane, const TileTarget target) {
    over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
        transform_vector<FULL, SUM>(source + c, plane, target, c, lanes);
    });
}

// The output channels from `column` on, at most a panel.
template <int SUM>
static void transform_output_strips(const Tiling& tiling, int64_t first, int64_t strips, int64_t column, int64_t channels,
    const float* planes, int64_t plane, const Addends& addends, Target y) {
    constexpr int SIZE = TILE / SUM;
    const int32_t height = tiling.height / SUM, width = tiling.width / SUM;
    const float* bias = addends.bias != nullptr ? addends.bias + column : nullptr;
    for (int64_t strip = 0; strip < strips; strip++) {
        const int64_t image = (first + strip) / tiling.strips;
        const int32_t top = static_cast<int32_t>((first + strip) % tiling.strips) * SIZE;
        const int32_t rows = static_cast<int32_t>(smaller(SIZE, height - top));
        const float* shift = addends.shift.given() ? addends.shift.row(image) + column : nullptr;
        for (int32_t tile = 0; tile < tiling.per_strip; tile++, planes += PANEL) {
            const int32_t columns = static_cast<int32_t>(smaller(SIZE, width - tile * SIZE));
            const int64_t pixel = (image * height + top) * width + tile * SIZE;
            const float* residual = addends.residual.given() ? addends.residual.row(pixel) + column : nullptr;
            const TileTarget target = {rows, columns, width, bias, shift,
                {residual, addends.residual.stride}, {y.row(pixel) + column, y.stride}};
            if (rows == SIZE && columns == SIZE) {
                transform_tile<true, SUM>(channels, planes, plane, target);
            } else {
                transform_tile<false, SUM>(channels, planes, plane, target);
            }
        }
    }
}

// ---- the pass

// What a pass fetches ahead, and how many lines of each with every tile of products.
struct Fetches {
    Ahead ahead[3];
    int64_t lines[3];

    BOOT_INLINE void step() {
        for (int i = 0; i < 3; i++) {
            ahead[i].fetch(lines[i]);
        }
    }

    BOOT_INLINE void spread(int64_t steps) {
        for (int i = 0; i < 3; i++) {
            lines[i] = (ahead[i].lines() + steps - 1) / steps;
        }
    }
};

// m[tiles] (+)= v[tiles][k] · panel, for one point.
template <int V>
static BOOT_INLINE void multiply_point(int64_t tiles, int64_t k, const float* v, int64_t ldv, const float* panel, float* m,
    bool accumulate, Fetches& fetches) {
    over_tiles(tiles, [&](int64_t i, auto count) BOOT_LAMBDA {
        constexpr int R = decltype(count)::value;
        fetches.step();
        Tile<R, V> tile;
        tile.clear();
        tile.add_rows(v + i * ldv, ldv, k, panel);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            float* target = m + (i + r) * PANEL;
            if (accumulate) {
                tile.row[r].add(Columns<V>::of(target));
            }
            tile.row[r].store_to(target);
        }
    });
}

// How a pass uses its scratch memory: v holds the transformed input of a block of tiles, u transformed weights, m the products of
// a panel. Its input is up-sampled, or its output summed.
struct Pass {
    int32_t in, out, upsample, sum;
    Tiling tiling;
    int64_t all, strips;  // strips in all and in a block of tiles
    int64_t ins, in_blocks, u_blocks;
    int64_t row, v_plane, u_plane, m_plane;

    static BOOT_INLINE Pass forward(int32_t n, const Conv& conv) {
        return of(n, Tiling::of(conv.out_height(), conv.out_width()), conv.in, conv.out, conv.upsample, 1);
    }

    static BOOT_INLINE Pass backward(int32_t n, const Conv& conv) {
        return of(n, Tiling::of(conv.out_height(), conv.out_width()), conv.out, conv.in, 1, conv.upsample);
    }

    static BOOT_INLINE Pass of(int32_t n, Tiling tiling, int32_t in, int32_t out, int32_t upsample, int32_t sum) {
        Pass pass = {};
        pass.in = in;
        pass.out = out;
        pass.upsample = upsample;
        pass.sum = sum;
        pass.tiling = tiling;
        pass.all = static_cast<int64_t>(n) * pass.tiling.strips;
        pass.ins = smaller(in, INPUT_BLOCK);
        pass.in_blocks = (in + pass.ins - 1) / pass.ins;
        pass.row = round_up(in, LANES);
        pass.u_plane = plane_floats(pass.ins, PANEL);
        pass.u_blocks = pass.in_blocks * panels(out);
        const int64_t tiles = pass.u_fits() ? BLOCK_TILES : LONG_BLOCK_TILES;
        pass.strips = smaller(pass.all, strips_of(pass.tiling, tiles));
        pass.v_plane = plane_floats(pass.strips * pass.tiling.per_strip, pass.row);
        pass.m_plane = plane_floats(pass.strips * pass.tiling.per_strip, PANEL);
        return pass;
    }

    BOOT_INLINE int64_t u_floats() const { return u_blocks * POINTS * u_plane; }

    // Whether the transformed weights of all channels are few enough to be kept: prepared, or from one block of tiles to the next.
    BOOT_INLINE bool u_fits() const { return u_floats() <= KEPT_WEIGHTS; }
};

int64_t winograd_floats(const Conv& conv) {
    const Pass pass = Pass::forward(1, conv);
    return pass.u_fits() ? pass.u_floats() : 0;
}

void winograd_prepare(const Conv& conv, const float* weights, float* prepared) {
    const Pass pass = Pass::forward(1, conv);
    if (!pass.u_fits()) {
        return;
    }
    for (int64_t column = 0; column < conv.out; column += PANEL) {
        for (int64_t i = 0; i < conv.in; i += pass.ins, prepared += POINTS * pass.u_plane) {
            transform_weights({weights, nullptr, conv.in, conv.out, false}, i, smaller(pass.ins, conv.in - i), column, prepared,
                pass.u_plane);
        }
    }
}

static int32_t run(Context& context, const Pass& pass, Source x, const WinogradWeights& weights, const Addends& addends,
    Target y) {
    const bool ready = weights.prepared != nullptr, keep = pass.strips < pass.all && pass.u_fits();
    const int64_t u_floats = ready ? 0 : keep ? pass.u_floats() : POINTS * pass.u_plane;
    const int64_t u_step = ready || keep ? POINTS * pass.u_plane : 0;
    float* v = reserve(context, POINTS * (pass.v_plane + pass.m_plane) + u_floats + line_floats(pass.tiling));
    if (v == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *m = v + POINTS * pass.v_plane, *made = m + POINTS * pass.m_plane, *line = made + u_floats;
    const float* us = ready ? weights.prepared : made;
    int64_t points = 0;
    for (int64_t point = 0; point < POINTS; point++) {
        if (counts(pass.upsample, point)) {
            points++;
        } else {
            memset(m + point * pass.m_plane, 0, pass.m_plane * sizeof(float));
        }
    }
    const int64_t x_pixels = pass.tiling.strip_pixels(pass.upsample), y_pixels = pass.tiling.strip_pixels(pass.sum);
    for (int64_t first = 0; first < pass.all; first += pass.strips) {
        const int64_t count = smaller(pass.strips, pass.all - first), tiles = count * pass.tiling.per_strip;
        transform_input_strips(pass.tiling, pass.upsample, first, count, pass.in, x, line, v, pass.v_plane, pass.row);
        int64_t u = 0;  // where the weights of the next channels lie
        for (int64_t column = 0; column < pass.out; column += PANEL) {
            const int64_t width = smaller(PANEL, pass.out - column), pixel = first * y_pixels;
            const int64_t next = column + PANEL < pass.out ? 0 : smaller(pass.strips, pass.all - first - count);
            Fetches fetches = {{Ahead::of({y.data + column, y.stride}, pixel, count * y_pixels, width),
                Ahead::of(addends.residual.from_column(column), pixel, count * y_pixels, width),
                Ahead::of(x, (first + count) * x_pixels, next * x_pixels, pass.in)}, {}};
            fetches.spread(points * pass.in_blocks * ((tiles + TILE_ROWS - 1) / TILE_ROWS));
            for (int64_t i = 0; i < pass.in; i += pass.ins) {
                const int64_t k = smaller(pass.ins, pass.in - i);
                if (!ready && (first == 0 || !keep)) {
                    transform_weights(weights, i, k, column, made + u, pass.u_plane);
                }
                for_width(width, [&](auto vectors) BOOT_LAMBDA {
                    for (int64_t point = 0; point < POINTS; point++) {
                        if (counts(pass.upsample, point)) {
                            multiply_point<decltype(vectors)::value>(tiles, k, v + point * pass.v_plane + i, pass.row,
                                us + u + point * pass.u_plane, m + point * pass.m_plane, i > 0, fetches);
                        }
                    }
                });
                u += u_step;
            }
            if (pass.sum == 1) {
                transform_output_strips<1>(pass.tiling, first, count, column, width, m, pass.m_plane, addends, y);
            } else {
                transform_output_strips<2>(pass.tiling, first, count, column, width, m, pass.m_plane, addends, y);
            }
        }
    }
    return BOOT_OK;
}

int32_t winograd_forward(Context& context, int32_t n, const Conv& conv, Source x, const float* weights, const float* prepared,
    const Addends& addends, Target y) {
    return run(context, Pass::forward(n, conv), x, {weights, prepared, conv.in, conv.out, false}, addends, y);
}

int32_t winograd_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const float* weights, Source base,
    Target dx) {
    return run(
        context, Pass::backward(n, conv), dy, {weights, nullptr, conv.out, conv.in, true}, {nullptr, {}, base}, dx);
}

}  // namespace boot::BOOT_TIER
