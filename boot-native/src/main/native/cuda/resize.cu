// Doubling by nearest neighbour and halving by the mean of 2x2 pixels. Both gradients are the other operation, scaled.
#include "elements.h"

namespace boot {

// The first of the four pixels of the big images that belong to a pixel of the small ones; the others are the next one, and
// these two one big row (2·width pixels) further.
__device__ __forceinline__ int64_t first_of_four(int64_t row, int64_t width) {
    const int64_t line = row / width;
    return 4 * line * width + 2 * (row - line * width);
}

// small = base + factor · (sum of the four).
__global__ void __launch_bounds__(BLOCK_THREADS) gather(Elements small_elements, int64_t width, float factor, Source big,
    Source base, Target small) {
    over_elements(small_elements, [&](int64_t, int64_t row, int64_t i) {
        const int64_t first = first_of_four(row, width), below = first + 2 * width;
        const float value = ((big.row(first)[i] + big.row(first + 1)[i])
            + (big.row(below)[i] + big.row(below + 1)[i])) * factor;
        small.row(row)[i] = base.given() ? base.row(row)[i] + value : value;
    });
}

// Each of the four = base + factor · small.
__global__ void __launch_bounds__(BLOCK_THREADS) scatter(Elements small_elements, int64_t width, float factor, Source small,
    Source base, Target big) {
    over_elements(small_elements, [&](int64_t, int64_t row, int64_t i) {
        const float value = small.row(row)[i] * factor;
        const int64_t first = first_of_four(row, width);
        for (int corner = 0; corner < 4; corner++) {
            const int64_t target = first + corner / 2 * 2 * width + corner % 2;
            big.row(target)[i] = base.given() ? base.row(target)[i] + value : value;
        }
    });
}

static int32_t launch_gather(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    float factor, Source big, Source base, Target small) {
    const Elements elements = {1, static_cast<int64_t>(n) * height * width, channels};
    BOOT_LAUNCH(gather, grid_of(elements), block_of(elements), 0, of(context).stream, elements, width, factor, big, base,
        small);
    return launched();
}

static int32_t launch_scatter(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    float factor, Source small, Source base, Target big) {
    const Elements elements = {1, static_cast<int64_t>(n) * height * width, channels};
    BOOT_LAUNCH(scatter, grid_of(elements), block_of(elements), 0, of(context).stream, elements, width, factor, small, base,
        big);
    return launched();
}

}  // namespace boot

using namespace boot;

int32_t boot_upsample_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    return launch_scatter(context, n, height, width, channels, 1.0f, source(x, ldx), {}, sink(y, ldy));
}

int32_t boot_upsample_backward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    return launch_gather(context, n, height, width, channels, 1.0f, source(dy, lddy), source(base, ldbase), sink(dx, lddx));
}

int32_t boot_downsample_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats x, int64_t ldx, boot_floats y, int64_t ldy) {
    return launch_gather(context, n, height, width, channels, 0.25f, source(x, ldx), {}, sink(y, ldy));
}

int32_t boot_downsample_backward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    return launch_scatter(
        context, n, height, width, channels, 0.25f, source(dy, lddy), source(base, ldbase), sink(dx, lddx));
}
