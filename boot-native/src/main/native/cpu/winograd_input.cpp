// Winograd's transform of the input: strips of tiles to 36 planes.
#include "winograd.h"

namespace boot::BOOT_TIER {

alignas(64) static const float ZEROS[LANES] = {};

// The columns of a strip are transformed once, then the rows of each tile: neighbouring tiles share two columns.
// All sizes are those of the image before it is up-sampled: the strip begins above its row `top`.
template <int UPSAMPLE, class Lanes>
static BOOT_INLINE void transform_strip(int32_t height, int32_t width, int32_t tiles, int32_t top, Source image, float* line,
    float* target, int64_t plane, int64_t row, Lanes lanes) {
    constexpr int STEP = TILE / UPSAMPLE, INPUTS = STEP + 2, OUTPUTS = UPSAMPLE == 1 ? 6 : 5;
    const int64_t columns = STEP * tiles + 2;
    const float* pixel[INPUTS];
    int64_t step[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
        const int32_t y = top + i - 1;
        const bool inside = y >= 0 && y < height;
        pixel[i] = inside ? image.row(static_cast<int64_t>(y) * width) : ZEROS;
        step[i] = inside ? image.stride : 0;
    }
    for (int i = 0; i < OUTPUTS; i++) {
        store(line + i * LANES, Vec{});
    }
    float* out = line + OUTPUTS * LANES;
    for (int64_t j = 0; j < width; j++, out += OUTPUTS * LANES) {
        Vec d[INPUTS], o[OUTPUTS];
#pragma GCC unroll 6
        for (int i = 0; i < INPUTS; i++) {
            d[i] = load(pixel[i], lanes);
            pixel[i] += step[i];
        }
        transform_input(d, o);
#pragma GCC unroll 6
        for (int i = 0; i < OUTPUTS; i++) {
            store(out + i * LANES, o[i]);
        }
    }
    for (int64_t j = width + 1; j < columns; j++, out += OUTPUTS * LANES) {
        for (int i = 0; i < OUTPUTS; i++) {
            store(out + i * LANES, Vec{});
        }
    }
    for (int32_t tile = 0; tile < tiles; tile++, target += row) {
        const float* in = line + STEP * tile * OUTPUTS * LANES;
        float* point = target;
#pragma GCC unroll 1
        for (int i = 0; i < OUTPUTS; i++, in += LANES, point += 6 * plane) {
            if (UPSAMPLE == 2 && i == VANISHING) {
                point += 6 * plane;
            }
            Vec d[INPUTS], o[OUTPUTS];
#pragma GCC unroll 6
            for (int j = 0; j < INPUTS; j++) {
                d[j] = load(in + j * OUTPUTS * LANES);
            }
            transform_input(d, o);
#pragma GCC unroll 6
            for (int j = 0; j < OUTPUTS; j++) {
                float* place = point + (UPSAMPLE == 2 && j >= VANISHING ? j + 1 : j) * plane;
                store(place, o[j]);
                __builtin_prefetch(place + row, 1, 3);  // the next tile's: no hardware follows so many streams
            }
        }
    }
}

template <int UPSAMPLE>
static void transform_strips(const Tiling& tiling, int64_t first, int64_t strips, int32_t channels, Source x, float* line,
    float* planes, int64_t plane, int64_t row) {
    const int32_t height = tiling.height / UPSAMPLE, width = tiling.width / UPSAMPLE;
    const int64_t strip_pixels = tiling.strip_pixels(UPSAMPLE);
    for (int64_t strip = 0; strip < strips; strip++, planes += tiling.per_strip * row) {
        const int64_t image = (first + strip) / tiling.strips;
        const int32_t top = static_cast<int32_t>((first + strip) % tiling.strips) * (TILE / UPSAMPLE);
        const float* pixels = x.row(image * height * width);
        Ahead ahead = Ahead::of(x, (first + strip + 1) * strip_pixels, strip + 1 < strips ? strip_pixels : 0, channels);
        const int64_t lines = (ahead.lines() * LANES + channels - 1) / channels;
        over_lanes(channels, [&](int64_t c, auto part) BOOT_LAMBDA {
            ahead.fetch(lines);
            transform_strip<UPSAMPLE>(
                height, width, tiling.per_strip, top, {pixels + c, x.stride}, line, planes + c, plane, row, part);
        });
    }
}

void transform_input_strips(const Tiling& tiling, int32_t upsample, int64_t first, int64_t strips, int32_t channels, Source x,
    float* line, float* planes, int64_t plane, int64_t row) {
    if (upsample == 1) {
        transform_strips<1>(tiling, first, strips, channels, x, line, planes, plane, row);
    } else {
        transform_strips<2>(tiling, first, strips, channels, x, line, planes, plane, row);
    }
}

}  // namespace boot::BOOT_TIER
