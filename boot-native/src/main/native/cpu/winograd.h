// Winograd's convolution F(4x4, 3x3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016): a tile of 4x4
// outputs costs 36 products per pair of channels instead of 144. The points are 0, ±1, ±2 and infinity.
//
//   y = Aᵀ[(G·w·Gᵀ) ∘ (Bᵀ·x·B)]·A          dw = Gᵀ[(Bᵀ·x·B) ∘ (A·dy·Aᵀ)]·G
//
// The element-wise product, summed over channels, is a matrix product for each of the 36 points. What is transformed is kept
// as 36 planes, [tile][channel]; here are the one-dimensional transforms, on vectors of channels.
//
// Where the image is up-sampled by 2, the window of a tile is (a b b c c d): Bᵀ·x vanishes at the point -1, so that 25 products
// are left; and the gradient of a pixel is the sum of those of the four that repeat it.
#pragma once
#include "gemm.h"

namespace boot::BOOT_TIER {

constexpr int POINTS = 36;
constexpr int TILE = 4;    // outputs of a tile in each direction
constexpr int WINDOW = 6;  // inputs of a tile in each direction
constexpr int VANISHING = 2;  // the point at which up-sampled images vanish
constexpr int64_t BLOCK_TILES = 24;  // tiles that are transformed at once
constexpr int64_t LONG_BLOCK_TILES = 48;  // the same where each block costs another transform of weights, or another sum of gradients
constexpr int64_t INPUT_BLOCK = 128;  // input channels whose weights are transformed at once
constexpr int64_t KEPT_WEIGHTS = 1 << 20;  // floats of transformed weights that are kept at most

// One cache line more than the plane needs: planes a multiple of 4 KiB apart would share the sets of the first-level cache.
static BOOT_INLINE int64_t plane_floats(int64_t tiles, int64_t channels) { return tiles * channels + 16; }

// Whether the products of a point, row · 6 + column, are needed.
static BOOT_INLINE bool counts(int32_t upsample, int64_t point) {
    return upsample == 1 || (point / 6 != VANISHING && point % 6 != VANISHING);
}

// Bᵀ·d
static BOOT_INLINE void transform_input(const Vec (&d)[6], Vec (&o)[6]) {
    const Vec even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1];
    const Vec outer = d[4] - d[2], inner = 2.0f * (d[3] - d[1]);
    o[0] = 4.0f * d[0] + (d[4] - 5.0f * d[2]);
    o[1] = even + odd;
    o[2] = even - odd;
    o[3] = outer + inner;
    o[4] = outer - inner;
    o[5] = 4.0f * d[1] + (d[5] - 5.0f * d[3]);
}

// Bᵀ·(a b b c c d), without the point at which it vanishes
static BOOT_INLINE void transform_input(const Vec (&d)[4], Vec (&o)[5]) {
    const Vec difference = d[2] - d[1];
    o[0] = 4.0f * d[0] + (d[2] - 5.0f * d[1]);
    o[1] = 2.0f * d[2] - 8.0f * d[1];
    o[2] = 3.0f * difference;
    o[3] = -difference;
    o[4] = 4.0f * d[1] + (d[3] - 5.0f * d[2]);
}

// Aᵀ·m
static BOOT_INLINE void transform_output(const Vec (&m)[6], Vec (&o)[4]) {
    const Vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    const Vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    o[0] = (m[0] + sum1) + sum2;
    o[1] = 2.0f * difference2 + difference1;
    o[2] = 4.0f * sum2 + sum1;
    o[3] = 8.0f * difference2 + (difference1 + m[5]);
}

// The sums of neighbouring pairs of Aᵀ·m
static BOOT_INLINE void transform_output(const Vec (&m)[6], Vec (&o)[2]) {
    Vec pixels[4];
    transform_output(m, pixels);
    o[0] = pixels[0] + pixels[1];
    o[1] = pixels[2] + pixels[3];
}

// A·y
static BOOT_INLINE void transform_output_gradient(const Vec (&y)[4], Vec (&o)[6]) {
    const Vec even1 = y[0] + y[2], odd1 = y[1] + y[3];
    const Vec even2 = 4.0f * y[2] + y[0], odd2 = 8.0f * y[3] + 2.0f * y[1];
    o[0] = y[0];
    o[1] = even1 + odd1;
    o[2] = even1 - odd1;
    o[3] = even2 + odd2;
    o[4] = even2 - odd2;
    o[5] = y[3];
}

// G·w
static BOOT_INLINE void transform_weights(const Vec (&w)[3], Vec (&o)[6]) {
    const Vec outer = (w[0] + w[2]) * (-1.0f / 6), middle = w[1] * (1.0f / 6);
    const Vec even = w[0] * (1.0f / 24) + w[2] * (1.0f / 6), odd = w[1] * (1.0f / 12);
    o[0] = w[0] * 0.25f;
    o[1] = outer - middle;
    o[2] = outer + middle;
    o[3] = even + odd;
    o[4] = even - odd;
    o[5] = w[2];
}

// Gᵀ·u
static BOOT_INLINE void transform_weights_gradient(const Vec (&u)[6], Vec (&o)[3]) {
    const Vec sum1 = u[1] + u[2], difference1 = u[2] - u[1];
    const Vec sum2 = u[3] + u[4], difference2 = u[3] - u[4];
    o[0] = 0.25f * u[0] + (sum2 * (1.0f / 24) - sum1 * (1.0f / 6));
    o[1] = difference1 * (1.0f / 6) + difference2 * (1.0f / 12);
    o[2] = (sum2 - sum1) * (1.0f / 6) + u[5];
}

// Tiles of images, in strips: the tiles of one tile row. The images of one side are up-sampled before they are cut into tiles, or
// summed afterwards, and lie in memory as they were or will be.
struct Tiling {
    int32_t height, width;      // of the images
    int32_t strips, per_strip;  // of an image; of a strip

    static BOOT_INLINE Tiling of(int32_t height, int32_t width) {
        return {height, width, (height + TILE - 1) / TILE, (width + TILE - 1) / TILE};
    }

    // Pixels in memory that a strip covers, of an image with `scale` as many in each direction.
    BOOT_INLINE int64_t strip_pixels(int32_t scale) const { return static_cast<int64_t>(TILE / scale) * (width / scale); }
};

// Strips of a block of some tiles, at least one. What is transformed together should leave room in the second-level cache.
static BOOT_INLINE int64_t strips_of(const Tiling& tiling, int64_t tiles) { return larger(1, tiles / tiling.per_strip); }

// Transforms the input tiles of the strips [first, first + strips) of all images into planes whose rows are `row` floats, the
// channels [0, channels) of x, which is yet to be up-sampled. `line` holds 6·(4·per_strip + 2) vectors.
void transform_input_strips(const Tiling& tiling, int32_t upsample, int64_t first, int64_t strips, int32_t channels, Source x,
    float* line, float* planes, int64_t plane, int64_t row);

// Rows whose cache lines are fetched while the processor multiplies: what is transformed next, and where results will go. Without
// it, the transforms would wait for each line.
struct Ahead {
    const float* row;
    int64_t stride, channels, rows, next;

    static BOOT_INLINE Ahead of(Source x, int64_t first, int64_t rows, int64_t channels) {
        return {x.given() ? x.row(first) : nullptr, x.stride, channels, x.given() ? rows : 0, 0};
    }

    BOOT_INLINE int64_t lines() const { return rows * ((channels + 15) / 16); }

    BOOT_INLINE void fetch(int64_t lines) {
        for (; lines > 0 && rows > 0; lines--) {
            __builtin_prefetch(row + next, 0, 2);
            next += 16;
            if (next >= channels) {
                next = 0;
                row += stride;
                rows--;
            }
        }
    }
};

// Weights [tap][in][out] of a convolution from `in` to `out` channels; transposed: [tap][out][in] with the taps mirrored, those
// of the convolution whose input's gradient this one is.
// `prepared`: already transformed, in the order in which the pass needs them; null where they are not.
struct WinogradWeights {
    const float* values;
    const float* prepared;
    int64_t in, out;
    bool transposed;
};

// Transforms the weights of the input channels [first_in, first_in + ins) and the panel of output channels from first_out on
// into 36 planes [in][PANEL], zero beyond the last output channel.
void transform_weights(const WinogradWeights& weights, int64_t first_in, int64_t ins, int64_t first_out, float* planes,
    int64_t plane);

static BOOT_INLINE int64_t line_floats(const Tiling& tiling) {
    return static_cast<int64_t>(WINDOW) * (TILE * tiling.per_strip + 2) * LANES;
}

}  // namespace boot::BOOT_TIER
