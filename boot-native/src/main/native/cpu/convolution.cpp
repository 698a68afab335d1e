// The 3x3 convolution: which algorithm, and what all of them share.
#include "convolution.h"

#include <string.h>

#include "../boot_kernels.h"
#include "columns.h"
#include "operations.h"

namespace boot::BOOT_TIER {

void pad_image(int32_t height, int32_t width, int32_t channels, Source x, float* padded) {
    const int64_t line = static_cast<int64_t>(width + 2) * channels;
    memset(padded, 0, line * sizeof(float));
    for (int32_t i = 0; i < height; i++) {
        float* target = padded + (i + 1) * line;
        memset(target, 0, channels * sizeof(float));
        if (x.stride == channels) {
            memcpy(target + channels, x.row(static_cast<int64_t>(i) * width), sizeof(float) * width * channels);
        } else {
            for (int32_t j = 0; j < width; j++) {
                memcpy(target + (j + 1) * channels, x.row(static_cast<int64_t>(i) * width + j), sizeof(float) * channels);
            }
        }
        memset(target + line - channels, 0, channels * sizeof(float));
    }
    memset(padded + (height + 1) * line, 0, line * sizeof(float));
}

int64_t conv_prepared(const Conv& conv, bool gradient) {
    const Conv transposed = {conv.height, conv.width, conv.out, conv.in, conv.stride, conv.padding};
    return direct_floats(conv) + (gradient ? direct_floats(transposed) : 0);
}

void conv_prepare(const Conv& conv, bool gradient, const float* weights, float* prepared) {
    direct_prepare(conv, weights, prepared);
    if (gradient) {
        direct_prepare_gradient(conv, weights, prepared + direct_floats(conv));
    }
}

int32_t conv_forward(Context& context, int32_t n, const Conv& conv, Source x, const float* prepared, const float* bias,
    Source shift, Source residual, Target y) {
    return direct_forward(context, n, conv, x, prepared, {bias, shift, residual}, y);
}

int32_t conv_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const float* prepared, Source base,
    Target dx) {
    return direct_backward_input(context, n, conv, dy, prepared + direct_floats(conv), base, dx);
}

// Gradients of bias and shift: sums of dy over the pixels, of all samples and of each.
static int32_t sum_pixels(Context& context, int32_t n, const Conv& conv, Source dy, float* dbias, Target dshift,
    bool accumulate) {
    float* sums = reserve(context, conv.out);
    if (sums == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    for (int32_t sample = 0; sample < n; sample++) {
        float* target = dshift.given() ? dshift.row(sample) : sums;
        const Source pixels = {dy.row(static_cast<int64_t>(sample) * conv.out_pixels()), dy.stride};
        sum_columns(conv.out_pixels(), conv.out, pixels, target, false);
        sum_columns(1, conv.out, {target, conv.out}, dbias, accumulate || sample > 0);
    }
    return BOOT_OK;
}

int32_t conv_backward_weights(Context& context, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    float* dbias, Target dshift, bool accumulate) {
    const int32_t status = sum_pixels(context, n, conv, dy, dbias, dshift, accumulate);
    return status != BOOT_OK ? status : direct_backward_weights(context, n, conv, x, dy, dweights, accumulate);
}

}  // namespace boot::BOOT_TIER
