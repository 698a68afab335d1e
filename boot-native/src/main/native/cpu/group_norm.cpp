// Group normalisation, with the scale and shift of a sample and an activation. Two passes over a chunk of channels that stays in
// the cache; the backward pass recomputes the activation from the mean and 1/sigma.
#include <math.h>

#include "../boot_kernels.h"
#include "activation.h"
#include "group_norm.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// sums[c] = sum of x - first over the pixels, squares[c] = that of (x - first)^2, where first is the first pixel's value:
// it keeps the precision of a variance that is far smaller than the mean.
template <int V, class Lanes>
static BOOT_INLINE void moments(int32_t pixels, const float* x, int64_t stride, float* sums, float* squares, Lanes lanes) {
    Vec origin[V], s[V], q[V];
#pragma GCC unroll 4
    for (int u = 0; u < V; u++) {
        origin[u] = load(x + u * LANES, lanes);
        s[u] = q[u] = splat(0);
    }
    for (int32_t i = 0; i < pixels; i++, x += stride) {
#pragma GCC unroll 4
        for (int u = 0; u < V; u++) {
            Vec d = load(x + u * LANES, lanes) - origin[u];
            s[u] += d;
            q[u] += d * d;
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < V; u++) {
        store(sums + u * LANES, s[u]);
        store(squares + u * LANES, q[u]);
    }
}

// y = f((x - mean)·factor + offset).
template <int V, class F, class Lanes>
static BOOT_INLINE void normalise(int32_t pixels, const float* x, int64_t ldx, const float* mean, const float* factor,
    const float* offset, float* y, int64_t ldy, Lanes lanes) {
    Vec m[V], f[V], o[V];
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        m[u] = load(mean + u * LANES);
        f[u] = load(factor + u * LANES);
        o[u] = load(offset + u * LANES);
    }
    for (int32_t i = 0; i < pixels; i++, x += ldx, y += ldy) {
#pragma GCC unroll 2
        for (int u = 0; u < V; u++) {
            Vec z = (load(x + u * LANES, lanes) - m[u]) * f[u] + o[u];
            store(y + u * LANES, F::value(z), lanes);
        }
    }
}

int32_t group_norm_forward(Context& context, int32_t n, const GroupNorm& norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, float* statistics, Target y) {
    const int32_t width = norm.channels / norm.groups, chunk = chunk_channels(norm);
    const int64_t padded = round_up(chunk, LANES);
    float* scratch = reserve(context, 3 * padded);
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *mean = scratch, *factor = mean + padded, *offset = factor + padded;  // mean and factor hold the moments first
    const double count = static_cast<double>(norm.pixels) * width;
    for (int64_t sample = 0; sample < n; sample++) {
        for (int32_t from = 0; from < norm.channels; from += chunk) {
            const int32_t channels = static_cast<int32_t>(smaller(chunk, norm.channels - from));
            const float* xs = x.row(sample * norm.pixels) + from;
            float* ys = y.row(sample * norm.pixels) + from;
            over_columns<4>(channels, [&](int64_t c, auto count, auto lanes) BOOT_LAMBDA {
                moments<decltype(count)::value>(norm.pixels, xs + c, x.stride, mean + c, factor + c, lanes);
            });
            for (int32_t first = 0; first < channels; first += width) {
                double total = 0;
                for (int32_t c = first; c < first + width; c++) {
                    total += static_cast<double>(mean[c]) + static_cast<double>(norm.pixels) * xs[c];
                }
                const double m = total / count;
                double squares = 0;
                for (int32_t c = first; c < first + width; c++) {
                    const double d = xs[c] - m;
                    squares += factor[c] + 2 * d * mean[c] + norm.pixels * d * d;
                }
                const double variance = squares < 0 ? 0 : squares / count;  // NaN stays
                const float r = static_cast<float>(1 / sqrt(variance + norm.epsilon));
                const int64_t group = (from + first) / width;
                statistics[(sample * norm.groups + group) * 2] = static_cast<float>(m);
                statistics[(sample * norm.groups + group) * 2 + 1] = r;
                for (int32_t c = first; c < first + width; c++) {
                    const float scaling = 1 + at_sample(scale, sample, from + c);
                    mean[c] = static_cast<float>(m);
                    factor[c] = gamma[from + c] * r * scaling;
                    offset[c] = beta[from + c] * scaling + at_sample(shift, sample, from + c);
                }
            }
            with_activation(norm.activation, [&](auto f) BOOT_LAMBDA {
                over_columns<2>(channels, [&](int64_t c, auto count, auto lanes) BOOT_LAMBDA {
                    normalise<decltype(count)::value, decltype(f)>(
                        norm.pixels, xs + c, x.stride, mean + c, factor + c, offset + c, ys + c, y.stride, lanes);
                });
            });
        }
    }
    return BOOT_OK;
}

// dz = dy·f'(z) into `dz`, its sum and that of dz·(x - mean) per channel.
template <int V, class F, class Lanes>
static BOOT_INLINE void slopes(int32_t pixels, const float* x, int64_t ldx, const float* dy, int64_t lddy, float* dz,
    int64_t lddz, const float* mean, const float* factor, const float* offset, float* sum, float* product, Lanes lanes) {
    Vec m[V], f[V], o[V], s[V] = {}, p[V] = {};
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        m[u] = load(mean + u * LANES);
        f[u] = load(factor + u * LANES);
        o[u] = load(offset + u * LANES);
    }
    for (int32_t i = 0; i < pixels; i++, x += ldx, dy += lddy, dz += lddz) {
#pragma GCC unroll 2
        for (int u = 0; u < V; u++) {
            Vec centred = load(x + u * LANES, lanes) - m[u], d = load(dy + u * LANES, lanes);
            d *= F::slope(centred * f[u] + o[u]);
            store(dz + u * LANES, d);
            s[u] += d;
            p[u] += d * centred;
        }
    }
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        store(sum + u * LANES, s[u]);
        store(product + u * LANES, p[u]);
    }
}

// dx = base + factor·dz - (product·(x - mean) + constant).
template <int V, class Lanes>
static BOOT_INLINE void combine(int32_t pixels, const float* x, int64_t ldx, const float* dz, int64_t lddz,
    const float* mean, const float* factor, const float* constant, const float* product, const float* base, int64_t ldbase,
    float* dx, int64_t lddx, Lanes lanes) {
    Vec m[V], f[V], k[V], p[V];
#pragma GCC unroll 2
    for (int u = 0; u < V; u++) {
        m[u] = load(mean + u * LANES);
        f[u] = load(factor + u * LANES);
        k[u] = load(constant + u * LANES);
        p[u] = load(product + u * LANES);
    }
    for (int32_t i = 0; i < pixels; i++, x += ldx, dz += lddz, dx += lddx) {
#pragma GCC unroll 2
        for (int u = 0; u < V; u++) {
            Vec value = f[u] * load(dz + u * LANES) - (p[u] * (load(x + u * LANES, lanes) - m[u]) + k[u]);
            if (base != nullptr) {
                value += load(base + i * ldbase + u * LANES, lanes);
            }
            store(dx + u * LANES, value, lanes);
        }
    }
}

int32_t group_norm_backward(Context& context, int32_t n, const GroupNorm& norm, Source x, const float* gamma,
    const float* beta, Source scale, Source shift, const float* statistics, Source dy, Source base, Target dx,
    float* dgamma, float* dbeta, Target dscale, Target dshift, bool accumulate) {
    const int32_t width = norm.channels / norm.groups, chunk = chunk_channels(norm);
    const int64_t padded = round_up(chunk, LANES);
    float* scratch = reserve(context, (6 + norm.pixels) * padded);
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    float *mean = scratch, *factor = mean + padded, *offset = factor + padded;
    float *sum = offset + padded, *product = sum + padded, *constant = product + padded, *dz = constant + padded;
    if (!accumulate) {
        for (int32_t c = 0; c < norm.channels; c++) {
            dgamma[c] = dbeta[c] = 0;
        }
    }
    const double count = static_cast<double>(norm.pixels) * width;
    for (int64_t sample = 0; sample < n; sample++) {
        for (int32_t from = 0; from < norm.channels; from += chunk) {
            const int32_t channels = static_cast<int32_t>(smaller(chunk, norm.channels - from));
            const float* xs = x.row(sample * norm.pixels) + from;
            const float* dys = dy.row(sample * norm.pixels) + from;
            const float* saved = statistics + (sample * norm.groups + from / width) * 2;
            for (int32_t c = 0; c < channels; c++) {
                const float scaling = 1 + at_sample(scale, sample, from + c);
                mean[c] = saved[c / width * 2];
                factor[c] = gamma[from + c] * saved[c / width * 2 + 1] * scaling;
                offset[c] = beta[from + c] * scaling + at_sample(shift, sample, from + c);
            }
            with_activation(norm.activation, [&](auto f) BOOT_LAMBDA {
                over_columns<2>(channels, [&](int64_t c, auto count, auto lanes) BOOT_LAMBDA {
                    slopes<decltype(count)::value, decltype(f)>(norm.pixels, xs + c, x.stride, dys + c, dy.stride, dz + c,
                        padded, mean + c, factor + c, offset + c, sum + c, product + c, lanes);
                });
            });
            // dx = factor·dz - r·mean(g·dz) - (x - mean)·r^3·mean(g·dz·(x - mean)), g = gamma·(1 + scale)
            for (int32_t first = 0; first < channels; first += width) {
                const double r = saved[first / width * 2 + 1];
                double total = 0, products = 0;
                for (int32_t c = first; c < first + width; c++) {
                    const float scaling = 1 + at_sample(scale, sample, from + c);
                    const float normalised = static_cast<float>(product[c] * r);  // sum of dz·x̂
                    if (dscale.given()) {
                        dscale.row(sample)[from + c] = gamma[from + c] * normalised + beta[from + c] * sum[c];
                        dshift.row(sample)[from + c] = sum[c];
                    }
                    dgamma[from + c] += scaling * normalised;
                    dbeta[from + c] += scaling * sum[c];
                    total += static_cast<double>(factor[c]) * sum[c];
                    products += static_cast<double>(factor[c]) * product[c];
                }
                for (int32_t c = first; c < first + width; c++) {
                    constant[c] = static_cast<float>(total / count);
                    product[c] = static_cast<float>(products * r * r / count);
                }
            }
            const float* add = base.given() ? base.row(sample * norm.pixels) + from : nullptr;
            float* dxs = dx.row(sample * norm.pixels) + from;
            over_columns<2>(channels, [&](int64_t c, auto count, auto lanes) BOOT_LAMBDA {
                combine<decltype(count)::value>(norm.pixels, xs + c, x.stride, dz + c, padded, mean + c, factor + c,
                    constant + c, product + c, add == nullptr ? nullptr : add + c, base.stride, dxs + c, dx.stride, lanes);
            });
        }
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
