// Forward mode of group normalisation, in two passes over a chunk of channels: with d = x - mean, r = 1/sigma, g = gamma·(1 +
// scale) and means over the group, the tangent of u = g·r·d + beta·(1 + scale) + shift is
//     g·r·(ẋ - mean(ẋ) - r²·d·mean(ẋ·d)) + (gamma·r·d + beta)·scale' + shift',
// and that of y = f(u) is f'(u) times it.
#include "../boot_kernels.h"
#include "activation.h"
#include "group_norm.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// The sums of the tangents and of the tangents times x - mean, per channel.
template <int V, class Lanes>
static BOOT_INLINE void sum_tangents(int32_t pixels, const float* x, int64_t ldx, const float* tangent, int64_t ldtangent,
    const float* mean, float* sum, float* product, Lanes lanes) {
    Vec m[V], s[V] = {}, p[V] = {};
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        m[u] = load(mean + u * LANES);
    }
    for (int32_t i = 0; i < pixels; i++, x += ldx, tangent += ldtangent) {
#pragma GCC unroll 2
        for (int u = 0; u < V; u++) {
            const Vec t = load(tangent + u * LANES, lanes);
            s[u] += t;
            p[u] += t * (load(x + u * LANES, lanes) - m[u]);
        }
    }
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        store(sum + u * LANES, s[u]);
        store(product + u * LANES, p[u]);
    }
}

// The tangent of y = factor·tangent + slope·(x - mean) + constant, times f'(factor·(x - mean) + offset).
template <int V, class F, class Lanes>
static BOOT_INLINE void combine_tangents(int32_t pixels, const float* x, int64_t ldx, const float* tangent, int64_t ldtangent,
    const float* mean, const float* factor, const float* offset, const float* slope, const float* constant, float* y,
    int64_t ldy, Lanes lanes) {
    Vec m[V], f[V], o[V], p[V], k[V];
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        m[u] = load(mean + u * LANES);
        f[u] = load(factor + u * LANES);
        o[u] = load(offset + u * LANES);
        p[u] = load(slope + u * LANES);
        k[u] = load(constant + u * LANES);
    }
    for (int32_t i = 0; i < pixels; i++, x += ldx, tangent += ldtangent, y += ldy) {
#pragma GCC unroll 2
        for (int u = 0; u < V; u++) {
            const Vec centred = load(x + u * LANES, lanes) - m[u];
            const Vec value = f[u] * load(tangent + u * LANES, lanes) + (p[u] * centred + k[u]);
            store(y + u * LANES, value * F::slope(centred * f[u] + o[u]), lanes);
        }
    }
}

int32_t group_norm_tangent(Context& context, int32_t n, const GroupNorm& norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, Source xtangent, Source scaletangent,
    Source shifttangent, Target ytangent) {
    const int32_t width = norm.channels / norm.groups, chunk = chunk_channels(norm);
    const int64_t padded = round_up(chunk, LANES);
    float* scratch = reserve(context, 5 * padded);
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *mean = scratch, *factor = mean + padded, *offset = factor + padded;
    float *constant = offset + padded, *slope = constant + padded;  // these hold the sums first
    const double count = static_cast<double>(norm.pixels) * width;
    for (int64_t sample = 0; sample < n; sample++) {
        for (int32_t from = 0; from < norm.channels; from += chunk) {
            const int32_t channels = static_cast<int32_t>(smaller(chunk, norm.channels - from));
            const float* xs = x.row(sample * norm.pixels) + from;
            const float* tangents = xtangent.row(sample * norm.pixels) + from;
            float* ys = ytangent.row(sample * norm.pixels) + from;
            const float* saved = statistics + (sample * norm.groups + from / width) * 2;
            for (int32_t c = 0; c < channels; c++) {
                const float scaling = 1 + at_sample(scale, sample, from + c);
                mean[c] = saved[c / width * 2];
                factor[c] = gamma[from + c] * saved[c / width * 2 + 1] * scaling;
                offset[c] = beta[from + c] * scaling + at_sample(shift, sample, from + c);
            }
            over_columns<2>(channels, [&](int64_t c, auto count, auto lanes) BOOT_LAMBDA {
                sum_tangents<decltype(count)::value>(norm.pixels, xs + c, x.stride, tangents + c, xtangent.stride, mean + c,
                    constant + c, slope + c, lanes);
            });
            for (int32_t first = 0; first < channels; first += width) {
                const double r = saved[first / width * 2 + 1];
                double total = 0, products = 0;
                for (int32_t c = first; c < first + width; c++) {
                    total += constant[c];
                    products += slope[c];
                }
                for (int32_t c = first; c < first + width; c++) {
                    const double moved = at_sample(scaletangent, sample, from + c);
                    constant[c] = static_cast<float>(beta[from + c] * moved + at_sample(shifttangent, sample, from + c)
                        - factor[c] * (total / count));
                    slope[c] = static_cast<float>(gamma[from + c] * r * moved - factor[c] * (r * r * products / count));
                }
            }
            with_activation(norm.activation, [&](auto f) BOOT_LAMBDA {
                over_columns<2>(channels, [&](int64_t c, auto count, auto lanes) BOOT_LAMBDA {
                    combine_tangents<decltype(count)::value, decltype(f)>(norm.pixels, xs + c, x.stride, tangents + c,
                        xtangent.stride, mean + c, factor + c, offset + c, slope + c, constant + c, ys + c, ytangent.stride,
                        lanes);
                });
            });
        }
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
