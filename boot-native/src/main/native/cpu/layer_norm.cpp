// Layer normalisation, modulated by the sample or not: each row stays in the first-level cache while its passes go over it.
#include <math.h>
#include <string.h>

#include "../boot_kernels.h"
#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

// What the rows of a sample have in common: y = x̂·factor + offset. Where nothing is modulated, all samples have that in common.
struct Modulation {
    int32_t channels;
    const float *gamma, *beta;  // null where there are none
    Source scale, shift;        // likewise
    float *factor, *offset;

    BOOT_INLINE float gamma_of(int32_t c) const { return gamma == nullptr ? 1 : gamma[c]; }
    BOOT_INLINE float beta_of(int32_t c) const { return beta == nullptr ? 0 : beta[c]; }
    BOOT_INLINE float scaling(int64_t sample, int32_t c) const { return scale.given() ? 1 + scale.row(sample)[c] : 1; }

    BOOT_INLINE void of(int64_t sample) const {
        if (sample > 0 && !scale.given()) {
            return;
        }
        for (int32_t c = 0; c < channels; c++) {
            const float by = scaling(sample, c);
            factor[c] = gamma_of(c) * by;
            offset[c] = beta_of(c) * by + (shift.given() ? shift.row(sample)[c] : 0);
        }
    }
};

// The sum of term(channel, lanes) over the channels of a row, in four chains.
template <class Term>
static BOOT_INLINE float sum_row(int32_t channels, Term term) {
    Vec total[4] = {};
    int32_t c = 0;
    for (; c + 4 * LANES <= channels; c += 4 * LANES) {
#pragma GCC unroll 4
        for (int u = 0; u < 4; u++) {
            total[u] += term(c + u * LANES, Full{});
        }
    }
    over_lanes(channels - c, [&](int64_t i, auto lanes) BOOT_LAMBDA { total[0] += term(c + i, lanes); });
    return sum((total[0] + total[1]) + (total[2] + total[3]));
}

// The lanes beyond a part become 0.
static BOOT_INLINE Vec only(Vec value, Full) { return value; }
static BOOT_INLINE Vec only(Vec value, Part part) {
    float values[LANES] = {};
    store(values, value, part);
    return load(values);
}

int32_t layer_norm_forward(Context& context, int32_t n, int32_t pixels, int32_t channels, float epsilon, Source x,
    const float* gamma, const float* beta, Source scale, Source shift, float* statistics, Target y) {
    float* scratch = reserve(context, 2 * static_cast<int64_t>(channels));
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    const Modulation modulation = {channels, gamma, beta, scale, shift, scratch, scratch + channels};
    for (int64_t row = 0; row < static_cast<int64_t>(n) * pixels; row++) {
        if (row % pixels == 0) {
            modulation.of(row / pixels);
        }
        const float* values = x.row(row);
        const float mean = sum_row(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA { return load(values + c, lanes); }) / channels;
        const float squares = sum_row(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
            const Vec d = only(load(values + c, lanes) - mean, lanes);
            return d * d;
        });
        const float r = 1 / sqrtf(squares / channels + epsilon);
        statistics[2 * row] = mean;
        statistics[2 * row + 1] = r;
        over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
            const Vec normalised = (load(values + c, lanes) - mean) * r;
            store(y.row(row) + c,
                normalised * load(modulation.factor + c, lanes) + load(modulation.offset + c, lanes), lanes);
        });
    }
    return BOOT_OK;
}

// The sums over the rows of a sample of dy and of dy·x̂, per channel, and what becomes of them.
struct ColumnSums {
    float *sum, *product;
    float *dgamma, *dbeta;  // null where there are none
    Target dscale, dshift;  // likewise

    BOOT_INLINE bool wanted() const { return dgamma != nullptr || dscale.given(); }

    BOOT_INLINE void add_to(const Modulation& modulation, int64_t sample) const {
        for (int32_t c = 0; c < modulation.channels; c++) {
            if (dscale.given()) {
                dscale.row(sample)[c] = modulation.gamma_of(c) * product[c] + modulation.beta_of(c) * sum[c];
                dshift.row(sample)[c] = sum[c];
            }
            if (dgamma != nullptr) {
                dgamma[c] += modulation.scaling(sample, c) * product[c];
                dbeta[c] += modulation.scaling(sample, c) * sum[c];
            }
        }
    }
};

int32_t layer_norm_backward(Context& context, int32_t n, int32_t pixels, int32_t channels, Source x, const float* gamma,
    const float* beta, Source scale, const float* statistics, Source dy, Source base, Target dx, float* dgamma,
    float* dbeta, Target dscale, Target dshift, bool accumulate) {
    float* scratch = reserve(context, 4 * static_cast<int64_t>(channels));
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    const Modulation modulation = {channels, gamma, beta, scale, {}, scratch, scratch + channels};
    const ColumnSums sums = {scratch + 2 * channels, scratch + 3 * channels, dgamma, dbeta, dscale, dshift};
    if (dgamma != nullptr && !accumulate) {
        memset(dgamma, 0, sizeof(float) * channels);
        memset(dbeta, 0, sizeof(float) * channels);
    }
    for (int64_t row = 0; row < static_cast<int64_t>(n) * pixels; row++) {
        if (row % pixels == 0) {
            modulation.of(row / pixels);
            memset(sums.sum, 0, 2 * sizeof(float) * channels);
        }
        const float *values = x.row(row), *gradients = dy.row(row);
        const float mean = statistics[2 * row], r = statistics[2 * row + 1];
        if (sums.wanted()) {
            over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
                const Vec d = load(gradients + c, lanes), normalised = (load(values + c, lanes) - mean) * r;
                store(sums.sum + c, load(sums.sum + c, lanes) + d, lanes);
                store(sums.product + c, load(sums.product + c, lanes) + d * normalised, lanes);
            });
        }
        if (dx.given()) {  // g = dy·factor: r·(g - mean(g) - x̂·mean(g·x̂))
            const float total = sum_row(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
                return load(gradients + c, lanes) * load(modulation.factor + c, lanes);
            }) / channels;
            const float product = sum_row(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
                return load(gradients + c, lanes) * load(modulation.factor + c, lanes) * ((load(values + c, lanes) - mean) * r);
            }) / channels;
            over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
                const Vec g = load(gradients + c, lanes) * load(modulation.factor + c, lanes);
                const Vec value = (g - total - (load(values + c, lanes) - mean) * r * product) * r;
                store(dx.row(row) + c, base.given() ? load(base.row(row) + c, lanes) + value : value, lanes);
            });
        }
        if (sums.wanted() && (row + 1) % pixels == 0) {
            sums.add_to(modulation, row / pixels);
        }
    }
    return BOOT_OK;
}

int32_t layer_norm_tangent(Context& context, int32_t n, int32_t pixels, int32_t channels, Source x, const float* gamma,
    const float* beta, Source scale, const float* statistics, Source xtangent, Source scaletangent, Source shifttangent,
    Target ytangent) {
    float* scratch = reserve(context, 4 * static_cast<int64_t>(channels));
    if (scratch == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    const Modulation modulation = {channels, gamma, beta, scale, {}, scratch, scratch + channels};
    float *slope = scratch + 2 * channels, *constant = slope + channels;  // of x̂, from the tangents of scale and shift
    memset(slope, 0, 2 * sizeof(float) * channels);
    for (int64_t row = 0; row < static_cast<int64_t>(n) * pixels; row++) {
        const int64_t sample = row / pixels;
        if (row % pixels == 0) {
            modulation.of(sample);
            for (int32_t c = 0; scaletangent.given() && c < channels; c++) {
                const float moved = scaletangent.row(sample)[c];
                slope[c] = modulation.gamma_of(c) * moved;
                constant[c] = modulation.beta_of(c) * moved + shifttangent.row(sample)[c];
            }
        }
        const float *values = x.row(row), *tangents = xtangent.row(row);
        const float mean = statistics[2 * row], r = statistics[2 * row + 1];
        const float total =
            sum_row(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA { return load(tangents + c, lanes); }) / channels;
        const float product = sum_row(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
            return load(tangents + c, lanes) * ((load(values + c, lanes) - mean) * r);
        }) / channels;
        over_lanes(channels, [&](int64_t c, auto lanes) BOOT_LAMBDA {
            const Vec normalised = (load(values + c, lanes) - mean) * r;
            const Vec moved = (load(tangents + c, lanes) - total - normalised * product) * r;
            const Vec modulated = normalised * load(slope + c, lanes) + load(constant + c, lanes);
            store(ytangent.row(row) + c, moved * load(modulation.factor + c, lanes) + modulated, lanes);
        });
    }
    return BOOT_OK;
}

}  // namespace boot::BOOT_TIER
