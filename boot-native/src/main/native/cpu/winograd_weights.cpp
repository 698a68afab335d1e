// Winograd's transform of the weights, made anew by each call for the channels that it multiplies next: transformed weights are
// four times as large as the weights, and reading them from memory takes longer than the transform.
#include "winograd.h"

namespace boot::BOOT_TIER {

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
            __builtin_prefetch(target + (i * 6 + j) * plane + 2 * PANEL, 1, 3);
        }
    }
}

// The two vectors of a panel's row are written together: they share a cache line or lie in neighbouring ones.
static void transform_rows(const WinogradWeights& weights, int64_t first_in, int64_t ins, int64_t first_out, float* planes,
    int64_t plane) {
    for (int64_t i = 0; i < ins; i++) {
        for (int64_t half = 0; half < PANEL; half += LANES) {
            const int64_t left = weights.out - first_out - half;
            Vec w[9];
            for (int tap = 0; tap < 9; tap++) {
                const float* source = weights.values + (tap * weights.in + first_in + i) * weights.out + first_out + half;
                __builtin_prefetch(source + 4 * weights.out, 0, 3);
                w[tap] = left >= LANES ? load(source) : left > 0 ? load(source, Part{static_cast<int>(left)}) : Vec{};
            }
            store_points(w, planes + i * PANEL + half, plane);
        }
    }
}

// Seen from dy: the channels change places and the taps are mirrored.
static void transform_columns(const WinogradWeights& weights, int64_t first_in, int64_t ins, int64_t first_out, float* planes,
    int64_t plane) {
    for (int64_t i = 0; i < ins; i += LANES) {
        const int count = static_cast<int>(smaller(LANES, ins - i));
        for (int64_t half = 0; half < PANEL; half += LANES) {
            Vec block[9][LANES];  // [tap][in][out]
            for (int tap = 0; tap < 9; tap++) {
                for (int o = 0; o < LANES; o++) {
                    const int64_t out = first_out + half + o;
                    const float* source = weights.values + ((8 - tap) * weights.out + out) * weights.in + first_in + i;
                    block[tap][o] = out >= weights.out ? Vec{} : count == LANES ? load(source) : load(source, Part{count});
                }
                transpose(block[tap]);
            }
            for (int row = 0; row < count; row++) {
                Vec w[9];
                for (int tap = 0; tap < 9; tap++) {
                    w[tap] = block[tap][row];
                }
                store_points(w, planes + (i + row) * PANEL + half, plane);
            }
        }
    }
}

void transform_weights(const WinogradWeights& weights, int64_t first_in, int64_t ins, int64_t first_out, float* planes,
    int64_t plane) {
    if (weights.transposed) {
        transform_columns(weights, first_in, ins, first_out, planes, plane);
    } else {
        transform_rows(weights, first_in, ins, first_out, planes, plane);
    }
}

}  // namespace boot::BOOT_TIER
