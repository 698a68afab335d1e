// What the passes of group normalisation share: they go over a chunk of channels that stays in the cache.
#pragma once
#include "gemm.h"

namespace boot::BOOT_TIER {

// Channels of a chunk: whole groups, whole cache lines where that can be, and few enough for the second-level cache.
static BOOT_INLINE int32_t chunk_channels(const GroupNorm& norm) {
    const int32_t width = norm.channels / norm.groups;
    int32_t unit = width;
    while (unit % (2 * LANES) != 0 && unit < norm.channels) {
        unit += width;
    }
    const int32_t fitting = 24576 / norm.pixels / unit * unit;
    return static_cast<int32_t>(smaller(larger(unit, fitting), norm.channels));
}

// A value of a sample's row; 0 where there are none.
static BOOT_INLINE float at_sample(Source rows, int64_t sample, int32_t channel) {
    return rows.given() ? rows.row(sample)[channel] : 0;
}

// Calls body(channel, Number<V>, lanes) for columns of V vectors, a cache line or two; what is left goes one by one.
template <int V, class Body>
static BOOT_INLINE void over_columns(int32_t channels, Body body) {
    int32_t c = 0;
    for (; c + V * LANES <= channels; c += V * LANES) {
        body(c, Number<V>{}, Full{});
    }
    if (V > 2 && c + 2 * LANES <= channels) {
        body(c, Number<(V > 2 ? 2 : 1)>{}, Full{});
        c += 2 * LANES;
    }
    over_lanes(channels - c, [&](int64_t i, auto lanes) BOOT_LAMBDA { body(c + i, Number<1>{}, lanes); });
}

}  // namespace boot::BOOT_TIER
