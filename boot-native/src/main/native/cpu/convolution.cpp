// The 3x3 convolution: which algorithm, and what all of them share.
#include "convolution.h"

#include <string.h>

#include "../boot_kernels.h"
#include "columns.h"
#include "operations.h"
#include "winograd.h"

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

enum class Algorithm { DIRECT, WINOGRAD, THIN };

// Winograd's algorithm pays where it costs less than the direct one, counting multiplications per image, and the transforms as
// what they are worth.
static bool winograd_pays(const Conv& conv) {
    if (conv.in < 8) {  // products this short do not pay for the transforms
        return false;
    }
    const int64_t tiles = static_cast<int64_t>((conv.height + 3) / 4) * ((conv.width + 3) / 4);
    const int64_t products = conv.in * round_up(conv.out, PANEL);
    const int64_t transforms = 120 * (round_up(conv.in, LANES) + round_up(conv.out, LANES));
    return tiles * (36 * products + transforms) < conv.pixels() * 9 * products;
}

// By the shape alone: a sample's values must not depend on the size of the batch. Winograd's is taken both ways or not at all.
static Algorithm algorithm_of(const Conv& conv) {
    if (conv.upsample != 1) {
        return Algorithm::WINOGRAD;
    }
    if (conv.stride != 1) {
        return Algorithm::DIRECT;
    }
    if (conv.out <= THIN) {
        return Algorithm::THIN;
    }
    return winograd_pays(conv) && winograd_pays(transposed(conv)) ? Algorithm::WINOGRAD : Algorithm::DIRECT;
}

static int64_t packed_weights(const Conv& conv) {
    switch (algorithm_of(conv)) {
        case Algorithm::WINOGRAD: return 0;
        case Algorithm::THIN: return thin_floats(conv.in, conv.out);
        default: return direct_floats(conv);
    }
}

// Weights that change with each step are not transformed in advance, see winograd_weights.cpp: that is for networks that only
// run forward, and saves the time of one image.
int64_t conv_prepared(const Conv& conv, bool gradient) {
    if (algorithm_of(conv) == Algorithm::WINOGRAD) {
        return gradient ? 0 : winograd_floats(conv);
    }
    return packed_weights(conv) + (gradient ? packed_weights(transposed(conv)) : 0);
}

void conv_prepare(const Conv& conv, bool gradient, const float* weights, float* prepared) {
    switch (algorithm_of(conv)) {
        case Algorithm::WINOGRAD:
            if (!gradient) {
                winograd_prepare(conv, weights, prepared);
            }
            return;
        case Algorithm::THIN: thin_prepare(conv, {weights, nullptr, false}, prepared); break;
        default: direct_prepare(conv, {weights, nullptr, false}, prepared);
    }
    if (!gradient) {
        return;
    }
    prepared += packed_weights(conv);
    const Conv back = transposed(conv);
    if (algorithm_of(back) == Algorithm::THIN) {
        thin_prepare(back, {weights, nullptr, true}, prepared);
    } else if (conv.stride == 1) {
        direct_prepare(back, {weights, nullptr, true}, prepared);
    } else {
        strided_prepare(conv, weights, prepared);
    }
}

int32_t conv_forward(Context& context, int32_t n, const Conv& conv, Source x, const float* weights, const float* prepared,
    const float* bias, Source shift, Source residual, Target y) {
    const Addends addends = {bias, shift, residual};
    const ConvWeights forms = {weights, prepared, false};
    switch (algorithm_of(conv)) {
        case Algorithm::WINOGRAD: return winograd_forward(context, n, conv, x, weights, prepared, addends, y);
        case Algorithm::THIN: return thin_forward(context, n, conv, x, forms, addends, y);
        default: return direct_forward(context, n, conv, x, forms, addends, y);
    }
}

int32_t conv_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const float* weights,
    const float* prepared, Source base, Target dx) {
    const Conv back = transposed(conv);
    const Addends addends = {nullptr, {}, base};
    const ConvWeights forms = {weights, prepared == nullptr ? nullptr : prepared + packed_weights(conv), true};
    switch (algorithm_of(back)) {
        case Algorithm::WINOGRAD: return winograd_backward_input(context, n, conv, dy, weights, base, dx);
        case Algorithm::THIN: return thin_forward(context, n, back, dy, forms, addends, dx);
        default:
            return conv.stride == 1 ? direct_forward(context, n, back, dy, forms, addends, dx)
                                    : strided_backward_input(context, n, conv, dy, forms, base, dx);
    }
}

// Gradients of bias and shift: sums of dy over the pixels, of all samples and of each.
static void sum_pixels(float* sums, int32_t n, const Conv& conv, Source dy, float* dbias, Target dshift, bool accumulate) {
    for (int32_t sample = 0; sample < n; sample++) {
        float* target = dshift.given() ? dshift.row(sample) : sums;
        const Source pixels = {dy.row(static_cast<int64_t>(sample) * conv.out_pixels()), dy.stride};
        sum_columns(conv.out_pixels(), conv.out, pixels, target, false);
        sum_columns(1, conv.out, {target, conv.out}, dbias, accumulate || sample > 0);
    }
}

static int64_t weights_scratch(int32_t n, const Conv& conv) {
    switch (algorithm_of(conv)) {
        case Algorithm::WINOGRAD: return winograd_weights_scratch(n, conv);
        case Algorithm::THIN: return thin_weights_scratch(n, conv);
        default: return direct_weights_scratch(n, conv);
    }
}

int32_t conv_backward_weights(Context& context, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    float* dbias, Target dshift, bool accumulate) {
    float* scratch = reserve(context, larger(conv.out, weights_scratch(n, conv)));
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    sum_pixels(scratch, n, conv, dy, dbias, dshift, accumulate);
    switch (algorithm_of(conv)) {
        case Algorithm::WINOGRAD: winograd_backward_weights(scratch, n, conv, x, dy, dweights, accumulate); break;
        case Algorithm::THIN: thin_backward_weights(scratch, n, conv, x, dy, dweights, accumulate); break;
        default: direct_backward_weights(scratch, n, conv, x, dy, dweights, accumulate);
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
