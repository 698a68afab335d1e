// Doubling by nearest neighbour and halving by the mean of 2x2 pixels. Both gradients are the other operation, scaled.
#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

// Calls body(small row, first of its four big rows) for each pixel of the small images; the four are first, first + 1 and
// those one big image row further.
template <class Body>
static BOOT_INLINE void over_pixels(int64_t n, int64_t height, int64_t width, Body body) {
    for (int64_t line = 0; line < n * height; line++) {
        for (int64_t j = 0; j < width; j++) {
            body(line * width + j, 4 * line * width + 2 * j);
        }
    }
}

// small = base + factor · (sum of the four).
static BOOT_INLINE void gather(int64_t n, int64_t height, int64_t width, int32_t channels, float factor, Source big,
    Source base, Target small) {
    over_pixels(n, height, width, [&](int64_t row, int64_t first) BOOT_LAMBDA {
        const float* a = big.row(first);
        const float* b = big.row(first + 1);
        const float* c = big.row(first + 2 * width);
        const float* d = big.row(first + 2 * width + 1);
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA {
            Vec value = ((load(a + i, lanes) + load(b + i, lanes)) + (load(c + i, lanes) + load(d + i, lanes))) * factor;
            if (base.given()) {
                value += load(base.row(row) + i, lanes);
            }
            store(small.row(row) + i, value, lanes);
        });
    });
}

// Each of the four = base + factor · small.
static BOOT_INLINE void scatter(int64_t n, int64_t height, int64_t width, int32_t channels, float factor, Source small,
    Source base, Target big) {
    over_pixels(n, height, width, [&](int64_t row, int64_t first) BOOT_LAMBDA {
        const float* x = small.row(row);
        for (int64_t corner = 0; corner < 4; corner++) {
            const int64_t target = first + corner / 2 * 2 * width + corner % 2;
            over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA {
                Vec value = load(x + i, lanes) * factor;
                if (base.given()) {
                    value += load(base.row(target) + i, lanes);
                }
                store(big.row(target) + i, value, lanes);
            });
        }
    });
}

void upsample_forward(int32_t n, int32_t height, int32_t width, int32_t channels, Source x, Target y) {
    scatter(n, height, width, channels, 1.0f, x, {}, y);
}

void upsample_backward(int32_t n, int32_t height, int32_t width, int32_t channels, Source dy, Source base, Target dx) {
    gather(n, height, width, channels, 1.0f, dy, base, dx);
}

void downsample_forward(int32_t n, int32_t height, int32_t width, int32_t channels, Source x, Target y) {
    gather(n, height, width, channels, 0.25f, x, {}, y);
}

void downsample_backward(int32_t n, int32_t height, int32_t width, int32_t channels, Source dy, Source base, Target dx) {
    scatter(n, height, width, channels, 0.25f, dy, base, dx);
}

}  // namespace boot::BOOT_TIER
