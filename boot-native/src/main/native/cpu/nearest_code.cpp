// Vector quantisation: each row becomes the nearest row of a table.
#include <math.h>

#include "../boot_kernels.h"
#include "gemm.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// The nearest of the codes that each lane has met, the first of them.
struct Nearest {
    Vec distance;
    IntVec code;

    BOOT_INLINE void meet(Vec other, IntVec other_code) {
        const IntVec nearer = other < distance;
        distance = nearer ? other : distance;
        code = nearer ? other_code : code;
    }

    BOOT_INLINE int32_t first() const {
        int nearest = 0;
        for (int lane = 1; lane < LANES; lane++) {
            const bool tie = distance[lane] == distance[nearest] && code[lane] < code[nearest];
            nearest = distance[lane] < distance[nearest] || tie ? lane : nearest;
        }
        return code[nearest];
    }
};

int32_t nearest_code(Context& context, int64_t rows, int32_t codes, int32_t channels, Source x, const float* table, Target y) {
    float* panel_of = reserve(context, packed_floats(channels, codes));
    if (panel_of == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    pack_columns(channels, codes, {table, channels}, channels, 0, panel_of);
    IntVec lanes;
    for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] = lane;
    }
    for (int64_t row = 0; row < rows; row++) {
        Nearest nearest = {splat(INFINITY), {}};
        const float* panel = panel_of;
        for (int32_t first = 0; first < codes; first += PANEL, panel += channels * PANEL) {
            Vec low = {}, high = {};
            for (int64_t c = 0; c < channels; c++) {
                const Vec value = splat(x.row(row)[c]);
                const Vec from_low = value - load(panel + c * PANEL), from_high = value - load(panel + c * PANEL + LANES);
                low += from_low * from_low;
                high += from_high * from_high;
            }
            const IntVec code = first + lanes, next = code + LANES;
            nearest.meet(code < codes ? low : splat(INFINITY), code);
            nearest.meet(next < codes ? high : splat(INFINITY), next);
        }
        const float* found = table + static_cast<int64_t>(nearest.first()) * channels;
        over_lanes(channels, [&](int64_t i, auto part) BOOT_LAMBDA { store(y.row(row) + i, load(found + i, part), part); });
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
