// Winograd's convolution, forward; the input's gradient is the same with mirrored, transposed weights. A block of tiles is
// transformed; then, a panel of output channels at a time, the weights are transformed, multiplied point by point, and the
// products transformed back while they are in the second-level cache.
#include "winograd.h"

#include "../boot_kernels.h"
#include "convolution.h"

namespace boot::BOOT_TIER {

static BOOT_INLINE Source part(Source x, int64_t column) { return {x.given() ? x.data + column : nullptr, x.stride}; }

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
static void transform_tile(int64_t channels, const float* source, int64_t plane, const TileTarget target) {
    over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
        transform_vector<FULL>(source + c, plane, target, c, lanes);
    });
}

// The output channels from `column` on, at most a panel.
static void transform_output_strips(const Tiling& tiling, int64_t first, int64_t strips, int64_t column, int64_t channels,
    const float* planes, int64_t plane, const Addends& addends, Target y) {
    const float* bias = addends.bias != nullptr ? addends.bias + column : nullptr;
    for (int64_t strip = 0; strip < strips; strip++) {
        const int64_t image = (first + strip) / tiling.strips;
        const int32_t top = static_cast<int32_t>((first + strip) % tiling.strips) * TILE;
        const int32_t rows = static_cast<int32_t>(smaller(TILE, tiling.height - top));
        const float* shift = addends.shift.given() ? addends.shift.row(image) + column : nullptr;
        for (int32_t tile = 0; tile < tiling.per_strip; tile++, planes += PANEL) {
            const int32_t columns = static_cast<int32_t>(smaller(TILE, tiling.width - tile * TILE));
            const int64_t pixel = (image * tiling.height + top) * tiling.width + tile * TILE;
            const float* residual = addends.residual.given() ? addends.residual.row(pixel) + column : nullptr;
            const TileTarget target = {rows, columns, tiling.width, bias, shift,
                {residual, addends.residual.stride}, {y.row(pixel) + column, y.stride}};
            if (rows == TILE && columns == TILE) {
                transform_tile<true>(channels, planes, plane, target);
            } else {
                transform_tile<false>(channels, planes, plane, target);
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

// How winograd_forward uses its scratch memory: v holds the transformed input of a block of tiles, u transformed weights, m the
// products of a panel.
struct Pass {
    Tiling tiling;
    int64_t all, strips;  // strips in all and in a block of tiles
    int64_t ins, in_blocks, u_blocks;
    int64_t row, v_plane, u_plane, m_plane;

    static BOOT_INLINE Pass of(int32_t n, const Conv& conv) {
        Pass pass = {};
        pass.tiling = Tiling::of(conv.height, conv.width);
        pass.all = static_cast<int64_t>(n) * pass.tiling.strips;
        pass.ins = smaller(conv.in, INPUT_BLOCK);
        pass.in_blocks = (conv.in + pass.ins - 1) / pass.ins;
        pass.row = round_up(conv.in, LANES);
        pass.u_plane = plane_floats(pass.ins, PANEL);
        pass.u_blocks = pass.in_blocks * panels(conv.out);
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
    const Pass pass = Pass::of(1, conv);
    return pass.u_fits() ? pass.u_floats() : 0;
}

void winograd_prepare(const Conv& conv, const float* weights, float* prepared) {
    const Pass pass = Pass::of(1, conv);
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

int32_t winograd_forward(Context& context, int32_t n, const Conv& conv, Source x, const WinogradWeights& weights,
    const Addends& addends, Target y) {
    const Pass pass = Pass::of(n, conv);
    const bool ready = weights.prepared != nullptr, keep = pass.strips < pass.all && pass.u_fits();
    const int64_t u_floats = ready ? 0 : keep ? pass.u_floats() : POINTS * pass.u_plane;
    const int64_t u_step = ready || keep ? POINTS * pass.u_plane : 0;
    float* v = reserve(context, POINTS * (pass.v_plane + pass.m_plane) + u_floats + line_floats(pass.tiling));
    if (v == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *m = v + POINTS * pass.v_plane, *made = m + POINTS * pass.m_plane, *line = made + u_floats;
    const float* us = ready ? weights.prepared : made;
    const int64_t strip_pixels = static_cast<int64_t>(conv.width) * TILE;
    for (int64_t first = 0; first < pass.all; first += pass.strips) {
        const int64_t count = smaller(pass.strips, pass.all - first), tiles = count * pass.tiling.per_strip;
        transform_input_strips(pass.tiling, first, count, conv.in, x, line, v, pass.v_plane, pass.row);
        int64_t u = 0;  // where the weights of the next channels lie
        for (int64_t column = 0; column < conv.out; column += PANEL) {
            const int64_t width = smaller(PANEL, conv.out - column), pixel = first * strip_pixels;
            const int64_t next = column + PANEL < conv.out ? 0 : smaller(pass.strips, pass.all - first - count);
            Fetches fetches = {{Ahead::of({y.data + column, y.stride}, pixel, count * strip_pixels, width),
                Ahead::of(part(addends.residual, column), pixel, count * strip_pixels, width),
                Ahead::of(x, pixel + count * strip_pixels, next * strip_pixels, conv.in)}, {}};
            fetches.spread(POINTS * pass.in_blocks * ((tiles + TILE_ROWS - 1) / TILE_ROWS));
            for (int64_t i = 0; i < conv.in; i += pass.ins) {
                const int64_t k = smaller(pass.ins, conv.in - i);
                if (!ready && (first == 0 || !keep)) {
                    transform_weights(weights, i, k, column, made + u, pass.u_plane);
                }
                for_width(width, [&](auto vectors) BOOT_LAMBDA {
                    for (int64_t point = 0; point < POINTS; point++) {
                        multiply_point<decltype(vectors)::value>(tiles, k, v + point * pass.v_plane + i, pass.row,
                            us + u + point * pass.u_plane, m + point * pass.m_plane, i > 0, fetches);
                    }
                });
                u += u_step;
            }
            transform_output_strips(pass.tiling, first, count, column, width, m, pass.m_plane, addends, y);
        }
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
