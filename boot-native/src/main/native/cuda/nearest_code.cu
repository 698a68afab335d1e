// Vector quantisation: each row becomes the nearest row of a table.
#include "elements.h"
#include "reduction.h"

namespace boot {

constexpr int CODE_WARPS = 8;

// A code and how far it is; of two that are equally near, the first one is the nearer.
struct Candidate {
    float distance;
    int32_t code;

    __device__ __forceinline__ bool nearer(Candidate other) const {
        return distance < other.distance || (distance == other.distance && code < other.code);
    }
};

// A warp looks for the code of a row: each lane among every 32nd.
__global__ void __launch_bounds__(32 * CODE_WARPS) nearest_code(int64_t rows, int32_t codes, int32_t channels, Source x,
    const float* table, Target y) {
    const int64_t row = static_cast<int64_t>(blockIdx.x) * CODE_WARPS + threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (row >= rows) {
        return;
    }
    Candidate nearest = {INFINITY, 0};
    for (int32_t code = lane; code < codes; code += 32) {
        float distance = 0;
        for (int32_t channel = 0; channel < channels; channel++) {
            const float difference = x.row(row)[channel] - table[static_cast<int64_t>(code) * channels + channel];
            distance += difference * difference;
        }
        if (distance < nearest.distance) {
            nearest = {distance, code};
        }
    }
    for (int apart = 16; apart > 0; apart /= 2) {
        const Candidate other = {from_lane(nearest.distance, apart), __shfl_xor_sync(0xffffffffu, nearest.code, apart)};
        nearest = other.nearer(nearest) ? other : nearest;
    }
    for (int32_t channel = lane; channel < channels; channel += 32) {
        y.row(row)[channel] = table[static_cast<int64_t>(nearest.code) * channels + channel];
    }
}

}  // namespace boot

using namespace boot;

int32_t boot_nearest_code(boot_context context, int64_t rows, int32_t codes, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats table, boot_floats y, int64_t ldy) {
    const int64_t blocks = quotient_up(rows, CODE_WARPS);
    if (blocks > INT32_MAX) {
        return BOOT_UNSUPPORTED;
    }
    BOOT_LAUNCH(nearest_code, static_cast<unsigned>(blocks), 32 * CODE_WARPS, 0, of(context).stream, rows, codes, channels,
        source(x, ldx), at(table), sink(y, ldy));
    return launched();
}
