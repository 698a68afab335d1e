// The algorithms of the 3x3 convolution; convolution.cpp chooses by the shape alone. Winograd reads the weights as they are, the
// others in packed form.
#pragma once
#include "context.h"
#include "gemm.h"

namespace boot::BOOT_TIER {

// The convolution that leads from dy to dx.
static BOOT_INLINE Conv transposed(const Conv& conv) {
    return {conv.height, conv.width, conv.out, conv.in, conv.upsample, conv.stride, conv.padding};
}

static BOOT_INLINE Source from(Source x, int64_t row) { return {x.given() ? x.row(row) : nullptr, x.stride}; }

// Weights [tap][in][out] of a convolution; transposed: [tap][out][in] with the taps mirrored, those of the convolution whose
// input's gradient this one is. `prepared`: in the form that the algorithm reads, null where each call derives it.
struct ConvWeights {
    const float* values;
    const float* prepared;
    bool transposed;
};

// What is added to a convolution: bias [out], a row per sample, a row per pixel; each may be absent.
struct Addends {
    const float* bias;
    Source shift;
    Source residual;
};

// Copies an image of dense rows of `channels` values into the middle of a border of zeros one pixel wide.
void pad_image(int32_t height, int32_t width, int32_t channels, Source x, float* padded);

static BOOT_INLINE int64_t padded_floats(int32_t height, int32_t width, int32_t channels) {
    return static_cast<int64_t>(height + 2) * (width + 2) * channels;
}

// Images that a direct pass pads at once: together about half the second-level cache, so that small images fill the tiles.
static BOOT_INLINE int32_t group_images(int32_t n, int64_t padded) {
    return static_cast<int32_t>(smaller(n, larger(1, 32768 / padded)));
}

// ---- direct: sums over the taps, any stride

int64_t direct_floats(const Conv& conv);
void direct_prepare(const Conv& conv, const ConvWeights& weights, float* prepared);
int32_t direct_forward(Context& context, int32_t n, const Conv& conv, Source x, const ConvWeights& weights,
    const Addends& addends, Target y);
void strided_prepare(const Conv& conv, const float* weights, float* prepared);
int32_t strided_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const ConvWeights& weights,
    Source base, Target dx);
int64_t direct_weights_scratch(int32_t n, const Conv& conv);
void direct_backward_weights(float* scratch, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    bool accumulate);

// ---- Winograd: stride 1 and padding 1, with or without up-sampling

int64_t winograd_floats(const Conv& conv);
void winograd_prepare(const Conv& conv, const float* weights, float* prepared);

int32_t winograd_forward(Context& context, int32_t n, const Conv& conv, Source x, const float* weights, const float* prepared,
    const Addends& addends, Target y);
int32_t winograd_backward_input(Context& context, int32_t n, const Conv& conv, Source dy, const float* weights, Source base,
    Target dx);
int64_t winograd_weights_scratch(int32_t n, const Conv& conv);
void winograd_backward_weights(float* scratch, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    bool accumulate);

// ---- thin: stride 1, at most THIN output channels

constexpr int32_t THIN = 4;

int64_t thin_floats(int32_t in, int32_t out);
void thin_prepare(const Conv& conv, const ConvWeights& weights, float* prepared);
int32_t thin_forward(Context& context, int32_t n, const Conv& conv, Source x, const ConvWeights& weights,
    const Addends& addends, Target y);
int64_t thin_weights_scratch(int32_t n, const Conv& conv);
void thin_backward_weights(float* scratch, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    bool accumulate);

}  // namespace boot::BOOT_TIER
