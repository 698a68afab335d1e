// Rows of tokens: the same ones added to each sample, some of them copied, images cut into them.
#include "elements.h"

namespace boot {

// An image in squares of size×size pixels; see Patches.
struct Patches {
    int32_t height, width, channels, size;
    bool channels_first;

    // The row of the token of a pixel of the batch: its images lie below each other.
    __device__ __forceinline__ int64_t token(int64_t line, int64_t column) const {
        return line / size * (width / size) + column / size;
    }

    // Where the token has a channel of this pixel.
    __device__ __forceinline__ int64_t place(int64_t line, int64_t column, int64_t channel) const {
        const int64_t pixel = line % size * size + column % size;
        return channels_first ? channel * size * size + pixel : pixel * channels + channel;
    }
};

__device__ __forceinline__ void put(float value, Source base, int64_t row, int64_t column, Target y) {
    y.row(row)[column] = base.given() ? base.row(row)[column] + value : value;
}

__global__ void __launch_bounds__(BLOCK_THREADS) add_rows(Elements elements, Source x, const float* p, Target y) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        y.row(row)[i] = x.row(row)[i] + p[(row - sample * elements.rows) * elements.columns + i];
    });
}

// A thread sums a value over all samples, in their order.
__global__ void __launch_bounds__(BLOCK_THREADS) add_rows_gradient(Elements rows, int32_t n, Source dy, bool accumulate,
    float* dp) {
    over_elements(rows, [&](int64_t, int64_t row, int64_t i) {
        float sum = accumulate ? dp[row * rows.columns + i] : 0.0f;
        for (int64_t sample = 0; sample < n; sample++) {
            sum += dy.row(sample * rows.rows + row)[i];
        }
        dp[row * rows.columns + i] = sum;
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) place_rows(Elements placed, int32_t source_rows, int32_t from,
    int32_t target_rows, int32_t to, Source x, Source base, Target y) {
    over_elements(placed, [&](int64_t sample, int64_t row, int64_t i) {
        const int64_t index = row - sample * placed.rows;
        put(x.row(sample * source_rows + from + index)[i], base, sample * target_rows + to + index, i, y);
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) patchify(Elements pixels, Patches patches, Source x, Source base, Target y) {
    over_elements(pixels, [&](int64_t, int64_t pixel, int64_t channel) {
        const int64_t line = pixel / patches.width, column = pixel - line * patches.width;
        put(x.row(pixel)[channel], base, patches.token(line, column), patches.place(line, column, channel), y);
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) unpatchify(Elements pixels, Patches patches, Source x, Source base,
    Target y) {
    over_elements(pixels, [&](int64_t, int64_t pixel, int64_t channel) {
        const int64_t line = pixel / patches.width, column = pixel - line * patches.width;
        put(x.row(patches.token(line, column))[patches.place(line, column, channel)], base, pixel, channel, y);
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_add_rows_forward(boot_context context, int32_t n, int32_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats p, boot_floats y, int64_t ldy) {
    const Elements elements = {n, rows, channels};
    BOOT_LAUNCH(add_rows, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx), at(p),
        sink(y, ldy));
    return launched();
}

int32_t boot_add_rows_backward(boot_context context, int32_t n, int32_t rows, int32_t channels, boot_floats dy, int64_t lddy,
    boot_floats dp, int32_t accumulate) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(add_rows_gradient, grid_of(elements), block_of(elements), 0, of(context).stream, elements, n,
        source(dy, lddy), accumulate != 0, at(dp));
    return launched();
}

int32_t boot_place_rows(boot_context context, int32_t n, int32_t count, int32_t source_rows, int32_t from,
    int32_t target_rows, int32_t to, int32_t channels, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase,
    boot_floats y, int64_t ldy) {
    const Elements placed = {n, count, channels};
    BOOT_LAUNCH(place_rows, grid_of(placed), block_of(placed), 0, of(context).stream, placed, source_rows, from, target_rows,
        to, source(x, ldx), source(base, ldbase), sink(y, ldy));
    return launched();
}

int32_t boot_patchify(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels, int32_t size,
    int32_t channels_first, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Elements pixels = {1, static_cast<int64_t>(n) * height * width, channels};
    const Patches patches = {height, width, channels, size, channels_first != 0};
    BOOT_LAUNCH(patchify, grid_of(pixels), block_of(pixels), 0, of(context).stream, pixels, patches, source(x, ldx),
        source(base, ldbase), sink(y, ldy));
    return launched();
}

int32_t boot_unpatchify(boot_context context, int32_t n, int32_t height, int32_t width, int32_t channels, int32_t size,
    int32_t channels_first, boot_floats x, int64_t ldx, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Elements pixels = {1, static_cast<int64_t>(n) * height * width, channels};
    const Patches patches = {height, width, channels, size, channels_first != 0};
    BOOT_LAUNCH(unpatchify, grid_of(pixels), block_of(pixels), 0, of(context).stream, pixels, patches, source(x, ldx),
        source(base, ldbase), sink(y, ldy));
    return launched();
}
