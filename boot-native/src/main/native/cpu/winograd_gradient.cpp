// Winograd's gradient of the weights. For a block of tiles, dy is transformed once; then, for some input channels at a time,
// x is transformed, the 36 products are formed and transformed back while they are in the second-level cache.
#include <string.h>

#include "convolution.h"
#include "winograd.h"

namespace boot::BOOT_TIER {

// A·dy·Aᵀ for one vector of channels of a tile.
template <class Lanes>
static BOOT_INLINE void transform_tile(Source dy, int32_t rows, int32_t columns, int64_t width, float* target,
    int64_t plane, Lanes lanes) {
    Vec half[6][4];
#pragma GCC unroll 1
    for (int j = 0; j < 4; j++) {
        Vec d[4], o[6];
        for (int i = 0; i < 4; i++) {
            d[i] = i < rows && j < columns ? load(dy.row(i * width + j), lanes) : Vec{};
        }
        transform_output_gradient(d, o);
        for (int i = 0; i < 6; i++) {
            half[i][j] = o[i];
        }
    }
#pragma GCC unroll 1
    for (int i = 0; i < 6; i++) {
        Vec o[6];
        transform_output_gradient(half[i], o);
        for (int j = 0; j < 6; j++) {
            store(target + (i * 6 + j) * plane, o[j]);
        }
    }
}

// Transforms the tiles of dy into planes of panels, [panel][tile][PANEL]: rows further apart would share sets of the cache.
static void transform_gradient_strips(const Tiling& tiling, int64_t first, int64_t strips, int32_t channels, Source dy,
    float* planes, int64_t plane) {
    const int64_t panel = strips * tiling.per_strip * PANEL;
    for (int64_t strip = 0; strip < strips; strip++) {
        const int64_t image = (first + strip) / tiling.strips;
        const int32_t top = static_cast<int32_t>((first + strip) % tiling.strips) * TILE;
        const int32_t rows = static_cast<int32_t>(smaller(TILE, tiling.height - top));
        for (int32_t tile = 0; tile < tiling.per_strip; tile++, planes += PANEL) {
            const int32_t columns = static_cast<int32_t>(smaller(TILE, tiling.width - tile * TILE));
            const float* pixel = dy.row((image * tiling.height + top) * tiling.width + tile * TILE);
            over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
                const Source source = {pixel + c, dy.stride};
                float* target = planes + c / PANEL * panel + c % PANEL;
                if (rows == TILE && columns == TILE) {
                    transform_tile(source, TILE, TILE, tiling.width, target, plane, lanes);
                } else {
                    transform_tile(source, rows, columns, tiling.width, target, plane, lanes);
                }
            });
            if (round_up(channels, LANES) % PANEL != 0) {  // the rest of the last panel
                for (int64_t point = 0; point < POINTS; point++) {
                    store(planes + channels / PANEL * panel + LANES + point * plane, Vec{});
                }
            }
        }
    }
}

// u[m][panels·PANEL] (+)= vᵀ·d over the tiles, for one point; v has rows of `ldv` floats, d is in panels.
static void multiply_point(int64_t tiles, int64_t m, int64_t panel_count, const float* v, int64_t ldv, const float* d,
    float* u, bool accumulate) {
    for (int64_t panel = 0; panel < panel_count; panel++, d += tiles * PANEL) {
        over_tiles(m, [&](int64_t i, auto count) BOOT_LAMBDA {
            constexpr int R = decltype(count)::value;
            Tile<R, 2> tile;
            tile.clear();
            tile.add_columns(v + i, ldv, d, PANEL, tiles);
#pragma GCC unroll 12
            for (int r = 0; r < R; r++) {
                float* target = u + ((i + r) * panel_count + panel) * PANEL;
                if (accumulate) {
                    tile.row[r].add(Columns<2>::of(target));
                }
                tile.row[r].store_to(target);
            }
        });
    }
}

// dweights[tap][i][o] (+)= Gᵀ·u·G for some input and output channels; rows of u are `row` floats, those of dweights `ld`, the
// taps of dweights lie `tap` floats apart.
static void transform_back(int64_t in, int64_t out, const float* u, int64_t plane, int64_t row, float* dweights,
    int64_t tap, int64_t ld, bool accumulate) {
    for (int64_t i = 0; i < in; i++) {
        over_lanes(out, [&](int64_t c, auto lanes) BOOT_LAMBDA {
            Vec half[3][6];
            const float* point = u + i * row + c;
#pragma GCC unroll 1
            for (int b = 0; b < 6; b++) {
                Vec points[6], o[3];
#pragma GCC unroll 6
                for (int a = 0; a < 6; a++) {
                    points[a] = load(point + a * 6 * plane);
                }
                point += plane;
                transform_weights_gradient(points, o);
#pragma GCC unroll 3
                for (int a = 0; a < 3; a++) {
                    half[a][b] = o[a];
                }
            }
            float* target = dweights + i * ld + c;
#pragma GCC unroll 1
            for (int a = 0; a < 3; a++) {
                Vec o[3];
                transform_weights_gradient(half[a], o);
#pragma GCC unroll 3
                for (int b = 0; b < 3; b++, target += tap) {
                    store(target, accumulate ? o[b] + load(target, lanes) : o[b], lanes);
                }
            }
        });
    }
}

// The channels whose products are formed at a time: together they fit the second-level cache, and the input channels fill
// register tiles and vectors.
struct Block {
    int64_t in, out_panels;

    static BOOT_INLINE Block of(const Conv& conv) {
        const int64_t out_panels = smaller(panels(conv.out), 64 / PANEL);
        const int64_t in = 2048 / (out_panels * PANEL);
        return {smaller(conv.in, in), out_panels};
    }
};

// How winograd_backward_weights uses its scratch memory.
struct WeightsPass {
    Tiling tiling;
    Block block;
    int64_t all, strips;  // strips in all and in a block of tiles
    int64_t row, x_plane, dy_plane, u_plane;

    static BOOT_INLINE WeightsPass of(int32_t n, const Conv& conv) {
        WeightsPass pass = {};
        pass.tiling = Tiling::of(conv.out_height(), conv.out_width());
        pass.block = Block::of(conv);
        pass.all = static_cast<int64_t>(n) * pass.tiling.strips;
        pass.strips = smaller(pass.all, strips_of(pass.tiling, LONG_BLOCK_TILES));
        pass.row = round_up(pass.block.in, LANES);
        pass.x_plane = plane_floats(pass.strips * pass.tiling.per_strip, pass.row);
        pass.dy_plane = plane_floats(pass.strips * pass.tiling.per_strip, panels(conv.out) * PANEL);
        pass.u_plane = plane_floats(pass.block.in, pass.block.out_panels * PANEL);
        return pass;
    }
};

int64_t winograd_weights_scratch(int32_t n, const Conv& conv) {
    const WeightsPass pass = WeightsPass::of(n, conv);
    return POINTS * (pass.x_plane + pass.dy_plane + pass.u_plane) + line_floats(pass.tiling);
}

void winograd_backward_weights(float* scratch, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    bool accumulate) {
    const WeightsPass pass = WeightsPass::of(n, conv);
    const Tiling& tiling = pass.tiling;
    const Block& block = pass.block;
    float *xs = scratch, *dys = xs + POINTS * pass.x_plane, *us = dys + POINTS * pass.dy_plane;
    float* line = us + POINTS * pass.u_plane;
    // Where one block holds all channels, the products of all tiles are summed before they are transformed back.
    const bool one_block = block.in == conv.in && block.out_panels == panels(conv.out);
    const int64_t tap = static_cast<int64_t>(conv.in) * conv.out;
    for (int64_t point = 0; point < POINTS; point++) {
        if (!counts(conv.upsample, point)) {
            memset(us + point * pass.u_plane, 0, pass.u_plane * sizeof(float));
        }
    }
    for (int64_t first = 0; first < pass.all; first += pass.strips) {
        const int64_t count = smaller(pass.strips, pass.all - first), count_tiles = count * tiling.per_strip;
        transform_gradient_strips(tiling, first, count, conv.out, dy, dys, pass.dy_plane);
        for (int64_t i = 0; i < conv.in; i += block.in) {
            const int64_t in = smaller(block.in, conv.in - i);
            transform_input_strips(tiling, conv.upsample, first, count, static_cast<int32_t>(in), {x.data + i, x.stride}, line, xs,
                pass.x_plane, pass.row);
            for (int64_t panel = 0; panel < panels(conv.out); panel += block.out_panels) {
                const int64_t panel_count = smaller(block.out_panels, panels(conv.out) - panel), o = panel * PANEL;
                for (int64_t point = 0; point < POINTS; point++) {
                    if (!counts(conv.upsample, point)) {
                        continue;
                    }
                    multiply_point(count_tiles, in, panel_count, xs + point * pass.x_plane, pass.row,
                        dys + point * pass.dy_plane + o * count_tiles, us + point * pass.u_plane, one_block && first > 0);
                }
                if (!one_block || first + count == pass.all) {
                    transform_back(in, smaller(panel_count * PANEL, conv.out - o), us, pass.u_plane, panel_count * PANEL,
                        dweights + i * conv.out + o, tap, conv.out, accumulate || (!one_block && first > 0));
                }
            }
        }
    }
}

}  // namespace boot::BOOT_TIER
