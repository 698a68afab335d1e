// Operands and shapes as the kernels see them. Plain data: shared by all tiers, so nothing here may become a symbol.
#pragma once
#include <stdint.h>

#define BOOT_INLINE inline __attribute__((always_inline))
#define BOOT_LAMBDA __attribute__((always_inline))  // a loop body that must not become a call

namespace boot {

// Rows of a matrix that is read; null data where the operand is absent.
struct Source {
    const float* data;
    int64_t stride;

    BOOT_INLINE const float* row(int64_t index) const { return data + index * stride; }
    BOOT_INLINE bool given() const { return data != nullptr; }
};

// Rows of a matrix that is written.
struct Target {
    float* data;
    int64_t stride;

    BOOT_INLINE float* row(int64_t index) const { return data + index * stride; }
    BOOT_INLINE bool given() const { return data != nullptr; }
};

// A 3x3 convolution of an image whose pixels are repeated `upsample` times in both directions.
struct Conv {
    int32_t height, width, in, out, upsample, stride, padding;

    BOOT_INLINE int32_t out_height() const { return height * upsample / stride; }
    BOOT_INLINE int32_t out_width() const { return width * upsample / stride; }
    BOOT_INLINE int32_t pixels() const { return height * width; }
    BOOT_INLINE int32_t out_pixels() const { return out_height() * out_width(); }
};

struct Linear {
    int32_t in, out;
};

struct GroupNorm {
    int32_t pixels, channels, groups;
    float epsilon;
    int32_t activation;
};

struct Attention {
    int32_t queries, keys, heads, head_size;
    bool causal;  // query i sees the keys up to i alone
};

// An image in squares of size×size pixels; see Patches.
struct Patches {
    int32_t height, width, channels, size;
    bool channels_first;
};

BOOT_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
BOOT_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
BOOT_INLINE int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// The keys that queries before `end` see.
BOOT_INLINE int64_t seen_keys(const Attention& shape, int64_t end) {
    return shape.causal ? smaller(shape.keys, end) : shape.keys;
}

}  // namespace boot
