// Winograd's transform of the input: strips of tiles to 36 planes.
#include "winograd.h"

namespace boot::BOOT_TIER {

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
                __builtin_prefetch(point + j * plane + row, 1, 3);  // the next tile's: no hardware follows so many streams
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
        const int64_t next = (first + strip + 1) * TILE * tiling.width;
        Ahead ahead = Ahead::of(x, next, strip + 1 < strips ? TILE * tiling.width : 0, channels);
        const int64_t lines = (ahead.lines() * LANES + channels - 1) / channels;
        over_lanes(channels, [&](int64_t c, auto part) BOOT_LAMBDA {
            ahead.fetch(lines);
            transform_strip(tiling, top, {pixels + c, x.stride}, line, planes + c, plane, row, part);
        });
    }
}

}  // namespace boot::BOOT_TIER
