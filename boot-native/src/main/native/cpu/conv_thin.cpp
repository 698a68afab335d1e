// Convolution of stride 1 to at most four channels: a panel of columns would be nearly empty, so the vectors run along the
// window instead. The weights are packed as [out][tap][in]: so few that a call packs them where they are not in advance.
#include "../boot_kernels.h"
#include "convolution.h"

namespace boot::BOOT_TIER {

// sums[p][o] of the windows of P neighbouring pixels; the window is three runs of `run` values, `line` apart.
template <int P, int O>
static BOOT_INLINE void window_sums(const float* x, int64_t step, int64_t line, int64_t run, const float* weights,
    float (&sums)[P][O]) {
    Vec total[P][O] = {};
    for (int64_t i = 0; i < 3; i++) {
        over_lanes(run, [&](int64_t k, auto lanes) BOOT_LAMBDA {
            Vec w[O];
#pragma GCC unroll 4
            for (int o = 0; o < O; o++) {
                w[o] = load(weights + (o * 3 + i) * run + k, lanes);
            }
#pragma GCC unroll 6
            for (int p = 0; p < P; p++) {
                const Vec value = load(x + i * line + p * step + k, lanes);
#pragma GCC unroll 4
                for (int o = 0; o < O; o++) {
                    total[p][o] += value * w[o];
                }
            }
        });
    }
#pragma GCC unroll 6
    for (int p = 0; p < P; p++) {
#pragma GCC unroll 4
        for (int o = 0; o < O; o++) {
            sums[p][o] = sum(total[p][o]);
        }
    }
}

template <int P, int O>
static BOOT_INLINE void convolve_pixels(const float* x, const Conv& conv, const float* weights, const float* added,
    Source residual, Target y) {
    float sums[P][O];
    window_sums<P, O>(x, conv.in, static_cast<int64_t>(conv.width + 2) * conv.in, 3 * conv.in, weights, sums);
    for (int p = 0; p < P; p++) {
        for (int o = 0; o < O; o++) {
            y.row(p)[o] = sums[p][o] + added[o] + (residual.given() ? residual.row(p)[o] : 0);
        }
    }
}

template <int O>
static void convolve_image(const Conv& conv, const float* padded, const float* weights, const float* added,
    Source residual, Target y) {
    const int64_t line = static_cast<int64_t>(conv.width + 2) * conv.in;
    for (int64_t i = 0; i < conv.height; i++) {
        over_tiles<O <= 2 ? 6 : 3>(conv.width, [&](int64_t j, auto count) BOOT_LAMBDA {  // as many as registers hold
            const int64_t pixel = i * conv.width + j;
            convolve_pixels<decltype(count)::value, O>(padded + i * line + j * conv.in, conv, weights, added,
                from(residual, pixel), {y.row(pixel), y.stride});
        });
    }
}

int64_t thin_floats(int32_t in, int32_t out) { return static_cast<int64_t>(9) * in * out; }

void thin_prepare(const Conv& conv, const ConvWeights& weights, float* prepared) {
    const int64_t in = conv.in, out = conv.out;
    for (int64_t o = 0; o < out; o++) {
        for (int64_t tap = 0; tap < 9; tap++) {
            for (int64_t i = 0; i < in; i++) {
                *prepared++ = weights.values[weights.transposed ? ((8 - tap) * out + o) * in + i : (tap * in + i) * out + o];
            }
        }
    }
}

int32_t thin_forward(Context& context, int32_t n, const Conv& conv, Source x, const ConvWeights& weights,
    const Addends& addends, Target y) {
    const int64_t image_floats = padded_floats(conv.height, conv.width, conv.in);
    float* padded = reserve(context, image_floats + thin_floats(conv.in, conv.out));
    if (padded == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    const float* prepared = weights.prepared;
    if (prepared == nullptr) {
        thin_prepare(conv, weights, padded + image_floats);
        prepared = padded + image_floats;
    }
    for (int64_t image = 0; image < n; image++) {
        const int64_t pixel = image * conv.pixels();
        pad_image(conv.height, conv.width, conv.in, from(x, pixel), padded);
        float added[THIN];
        for (int32_t o = 0; o < conv.out; o++) {
            added[o] = (addends.bias != nullptr ? addends.bias[o] : 0)
                + (addends.shift.given() ? addends.shift.row(image)[o] : 0);
        }
        const Source residual = from(addends.residual, pixel);
        const Target target = {y.row(pixel), y.stride};
        switch (conv.out) {
            case 1: convolve_image<1>(conv, padded, prepared, added, residual, target); break;
            case 2: convolve_image<2>(conv, padded, prepared, added, residual, target); break;
            case 3: convolve_image<3>(conv, padded, prepared, added, residual, target); break;
            default: convolve_image<4>(conv, padded, prepared, added, residual, target); break;
        }
    }
    return BOOT_OK;
}

// The gradient with x and dy in each other's place is that of the mirrored taps, with its channels in each other's place:
// then the few channels are the rows and the many the columns of the product.
int64_t thin_weights_scratch(int32_t n, const Conv& conv) {
    return round_up(thin_floats(conv.in, conv.out), 16) + direct_weights_scratch(n, transposed(conv));
}

void thin_backward_weights(float* scratch, int32_t n, const Conv& conv, Source x, Source dy, float* dweights,
    bool accumulate) {
    float* mirrored = scratch;
    direct_backward_weights(scratch + round_up(thin_floats(conv.in, conv.out), 16), n, transposed(conv), dy, x, mirrored,
        false);
    for (int64_t tap = 0; tap < 9; tap++) {
        for (int64_t i = 0; i < conv.in; i++) {
            for (int64_t o = 0; o < conv.out; o++) {
                const float value = mirrored[((8 - tap) * conv.out + o) * conv.in + i];
                *dweights = accumulate ? *dweights + value : value;
                dweights++;
            }
        }
    }
}

}  // namespace boot::BOOT_TIER
