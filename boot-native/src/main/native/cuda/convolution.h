// The 3x3 convolution, of an image whose pixels may be repeated twice in both directions, as matrix products. N is the matrix of neighbourhoods: a row for each output pixel, with the columns
// [tap][in], the input pixel under each tap. So Y = N·W, dW = Nᵀ·dY; and dX is the product of the scattered neighbourhoods
// of dY (columns [tap][out]; of an up-sampled image [copy][tap][out], of each of its four copies) and the weights of each tap,
// transposed.
#pragma once
#include "divider.h"
#include "tile_copy.h"

namespace boot {

struct Conv {
    int32_t height, width, in, out, upsample, stride, padding;

    int32_t out_height() const { return height * upsample / stride; }
    int32_t out_width() const { return width * upsample / stride; }
    int32_t pixels() const { return height * width; }
    int32_t out_pixels() const { return out_height() * out_width(); }
};

// Pixels are counted in 32 bits; the places of their values are not.
inline bool countable(int32_t n, const Conv& conv) {
    const int64_t pixels = static_cast<int64_t>(conv.height) * conv.width * conv.upsample * conv.upsample;
    return pixels <= INT32_MAX / (n > 0 ? n : 1);
}

constexpr int32_t TAPS = 9;

// Rows and columns of an image, and the number of a tap in them.
struct Position {
    int32_t sample, y, x;
};

struct Raster {
    Divider pixels, width;

    static Raster of(int32_t height, int32_t width) { return {Divider::by(height * width), Divider::by(width)}; }

    __device__ __forceinline__ Position position(int32_t index) const {
        const int32_t sample = pixels.quotient(index);
        const int32_t pixel = index - sample * static_cast<int32_t>(pixels.divisor);
        const int32_t y = width.quotient(pixel);
        return {sample, y, pixel - y * static_cast<int32_t>(width.divisor)};
    }
};

struct Neighbourhoods {
    const float* data;
    int64_t stride;
    int32_t rows, columns, height, width, doubled, step, padding;
    Raster out;
    Divider channels;
    bool chunks;

    static Neighbourhoods of(int32_t n, const Conv& conv, Source x) {
        return {x.data, x.stride, n * conv.out_pixels(), TAPS * conv.in, conv.height, conv.width, conv.upsample - 1, conv.stride,
            conv.padding, Raster::of(conv.out_height(), conv.out_width()), Divider::by(conv.in), holds_chunks(x, conv.in)};
    }

    __device__ __forceinline__ const float* address(int64_t row, int32_t column) const {
        const int32_t tap = channels.quotient(column), channel = column - tap * static_cast<int32_t>(channels.divisor);
        const Position at = out.position(static_cast<int32_t>(row));
        const int32_t y = (at.y * step + tap / 3 - padding) >> doubled, x = (at.x * step + tap % 3 - padding) >> doubled;
        const bool inside = row < rows && column < columns && y >= 0 && y < height && x >= 0 && x < width;
        return inside ? data + ((at.sample * height + y) * width + x) * stride + channel : nullptr;
    }
};

// The row of an input pixel holds the output pixels that see it, each under the tap through which they do.
struct ScatteredNeighbourhoods {
    const float* data;
    int64_t stride;
    int32_t rows, columns, out_height, out_width, doubled, step, padding;
    Raster in;
    Divider channels;
    bool chunks;

    static ScatteredNeighbourhoods of(int32_t n, const Conv& conv, Source dy) {
        return {dy.data, dy.stride, n * conv.pixels(), conv.upsample * conv.upsample * TAPS * conv.out, conv.out_height(),
            conv.out_width(), conv.upsample - 1, conv.stride, conv.padding, Raster::of(conv.height, conv.width),
            Divider::by(conv.out), holds_chunks(dy, conv.out)};
    }

    __device__ __forceinline__ const float* address(int64_t row, int32_t column) const {
        const int32_t place = channels.quotient(column), channel = column - place * static_cast<int32_t>(channels.divisor);
        const int32_t copy = place / TAPS, tap = place % TAPS;
        const Position at = in.position(static_cast<int32_t>(row));
        const int32_t y = (at.y << doubled) + (copy >> 1) - tap / 3 + padding;
        const int32_t x = (at.x << doubled) + (copy & 1) - tap % 3 + padding;
        const int32_t i = y >> (step - 1), j = x >> (step - 1);
        const bool inside = row < rows && column < columns && i >= 0 && i < out_height && j >= 0 && j < out_width &&
            i * step == y && j * step == x;
        return inside ? data + ((at.sample * out_height + i) * out_width + j) * stride + channel : nullptr;
    }
};

// The weights [tap][in][out] as a matrix with a row for each input channel and the columns [tap][out], or [copy][tap][out].
struct TransposedWeights {
    const float* data;
    int32_t in, out, columns;
    Divider channels;
    bool chunks;

    static TransposedWeights of(const Conv& conv, const float* weights) {
        return {weights, conv.in, conv.out, conv.upsample * conv.upsample * TAPS * conv.out, Divider::by(conv.out),
            holds_chunks({weights, conv.out}, conv.out)};
    }

    __device__ __forceinline__ const float* address(int64_t row, int32_t column) const {
        const int32_t place = channels.quotient(column), tap = place % TAPS;
        const bool inside = row < in && column < columns;
        return inside ? data + (static_cast<int64_t>(tap) * in + row) * out + (column - place * out) : nullptr;
    }
};

}  // namespace boot
