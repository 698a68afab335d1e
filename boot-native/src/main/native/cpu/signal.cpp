// The method's own kernels: signal and state, a Signal-ODE step, the bootstrapping loss, with one row of coefficients a sample;
// weights of samples, and sums with a factor a sample.
#include <math.h>

#include "../boot_kernels.h"
#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

// Calls body(row, lane index, lanes) for each part of each pixel of a sample.
template <class Body>
static BOOT_INLINE void over_sample(int64_t sample, int64_t pixels, int64_t channels, Body body) {
    for (int64_t row = sample * pixels; row < (sample + 1) * pixels; row++) {
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA { body(row, i, lanes); });
    }
}

// The same where each element is by itself: rows that all operands hold without a gap are one long row.
template <class Body>
static BOOT_INLINE void over_elements(int64_t sample, int64_t pixels, int64_t channels, bool dense, Body body) {
    if (dense) {
        over_lanes(pixels * channels, [&](int64_t i, auto lanes) BOOT_LAMBDA { body(sample * pixels, i, lanes); });
    } else {
        over_sample(sample, pixels, channels, body);
    }
}

void signal_state(int32_t n, int32_t pixels, int32_t channels, const float* coefficients, Source noise, Source output,
    Target y, Target x) {
    for (int32_t sample = 0; sample < n; sample++) {
        const float* c = coefficients + static_cast<int64_t>(sample) * BOOT_SIGNAL_COUNT;
        const float head_noise = c[BOOT_SIGNAL_HEAD_NOISE], head_output = c[BOOT_SIGNAL_HEAD_OUTPUT];
        const float alpha = c[BOOT_SIGNAL_ALPHA_T], sigma = c[BOOT_SIGNAL_SIGMA_T];
        over_sample(sample, pixels, channels, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            Vec e = load(noise.row(row) + i, lanes);
            Vec signal = head_noise * e + head_output * load(output.row(row) + i, lanes);
            if (y.given()) {
                store(y.row(row) + i, signal, lanes);
            }
            if (x.given()) {
                store(x.row(row) + i, alpha * signal + sigma * e, lanes);
            }
        });
    }
}

void signal_step(int32_t n, int32_t pixels, int32_t channels, int32_t stage, const float* coefficients, Source noise,
    Source x, Source output, Source null_output, Source previous, Source y, Target f, Target target, Target next) {
    for (int32_t sample = 0; sample < n; sample++) {
        const float* c = coefficients + static_cast<int64_t>(sample) * BOOT_SIGNAL_COUNT;
        const float state_factor = c[stage == 0 ? BOOT_SIGNAL_STATE_FACTOR_T : BOOT_SIGNAL_STATE_FACTOR_S];
        const float output_factor = c[stage == 0 ? BOOT_SIGNAL_OUTPUT_FACTOR_T : BOOT_SIGNAL_OUTPUT_FACTOR_S];
        const float guidance = c[BOOT_SIGNAL_GUIDANCE], clip = c[BOOT_SIGNAL_CLIP], mean = c[BOOT_SIGNAL_MEAN];
        const float step = c[BOOT_SIGNAL_STEP], alpha = c[BOOT_SIGNAL_ALPHA_S], sigma = c[BOOT_SIGNAL_SIGMA_S];
        over_sample(sample, pixels, channels, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            const Vec state = state_factor * load(x.row(row) + i, lanes);
            Vec prediction = state + output_factor * load(output.row(row) + i, lanes);
            if (null_output.given()) {
                Vec unconditional = state + output_factor * load(null_output.row(row) + i, lanes);
                prediction = unconditional + guidance * (prediction - unconditional);
            }
            if (clip > 0) {
                prediction = min(splat(clip), max(splat(-clip), prediction));
            }
            if (f.given()) {
                store(f.row(row) + i, prediction, lanes);
            }
            if (previous.given()) {
                Vec first = load(previous.row(row) + i, lanes);
                prediction = first + mean * (prediction - first);
            }
            const Vec signal = load(y.row(row) + i, lanes);
            const Vec stepped = signal + step * (prediction - signal);
            store(target.row(row) + i, stepped, lanes);
            if (next.given()) {
                store(next.row(row) + i, alpha * stepped + sigma * load(noise.row(row) + i, lanes), lanes);
            }
        });
    }
}

void bootstrap_loss(int32_t n, int32_t pixels, int32_t channels, const float* coefficients, Source noise, Source output,
    Source target, Target prediction, Target doutput, float* residual) {
    for (int32_t sample = 0; sample < n; sample++) {
        const float* c = coefficients + static_cast<int64_t>(sample) * BOOT_SIGNAL_COUNT;
        const float head_noise = c[BOOT_SIGNAL_HEAD_NOISE], head_output = c[BOOT_SIGNAL_HEAD_OUTPUT];
        const float factor = c[BOOT_SIGNAL_GRADIENT] * head_output;
        DoubleVec low = {}, high = {};
        over_sample(sample, pixels, channels, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            Vec signal = head_noise * load(noise.row(row) + i, lanes) + head_output * load(output.row(row) + i, lanes);
            if (prediction.given()) {
                store(prediction.row(row) + i, signal, lanes);
            }
            Vec r = signal - load(target.row(row) + i, lanes);  // 0 in the lanes beyond the row
            store(doutput.row(row) + i, factor * r, lanes);
            low += low_double(r) * low_double(r);
            high += high_double(r) * high_double(r);
        });
        double total = 0;
        for (int i = 0; i < LANES / 2; i++) {
            total += low[i] + high[i];
        }
        residual[sample] = static_cast<float>(total / (static_cast<double>(pixels) * channels));
    }
}

void residual_weights(int32_t n, const float* residual, float kappa, float power, float* factor) {
    for (int32_t sample = 0; sample < n; sample++) {
        factor[sample] = powf(residual[sample] + kappa, -power);
    }
}

void distance_weights(int32_t n, int32_t pixels, int32_t channels, Source x, Source y, float least, float* factor) {
    for (int32_t sample = 0; sample < n; sample++) {
        DoubleVec low = {}, high = {};
        over_sample(sample, pixels, channels, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            const Vec difference = load(x.row(row) + i, lanes) - load(y.row(row) + i, lanes);  // 0 in the lanes beyond the row
            const Vec distance = max(difference, -difference);
            low += low_double(distance);
            high += high_double(distance);
        });
        double total = 0;
        for (int i = 0; i < LANES / 2; i++) {
            total += low[i] + high[i];
        }
        const float mean = static_cast<float>(total / (static_cast<double>(pixels) * channels));
        factor[sample] = 1 / (mean < least ? least : mean);  // by a comparison: NaN stays
    }
}

void add_scaled(int32_t n, int32_t pixels, int32_t channels, Source x, const float* factor, Source base, Target y) {
    const bool dense = x.stride == channels && y.stride == channels && (!base.given() || base.stride == channels);
    for (int32_t sample = 0; sample < n; sample++) {
        const float scale = factor[sample];
        over_elements(sample, pixels, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            const Vec value = scale * load(x.row(row) + i, lanes);
            store(y.row(row) + i, base.given() ? load(base.row(row) + i, lanes) + value : value, lanes);
        });
    }
}

void combine(int32_t n, int32_t pixels, int32_t channels, const float* a, Source first, const float* b, Source second,
    Target y) {
    const bool dense = first.stride == channels && second.stride == channels && y.stride == channels;
    for (int32_t sample = 0; sample < n; sample++) {
        const float of_first = a[sample], of_second = b[sample];
        over_elements(sample, pixels, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            const Vec value = of_first * load(first.row(row) + i, lanes) + of_second * load(second.row(row) + i, lanes);
            store(y.row(row) + i, value, lanes);
        });
    }
}

}  // namespace boot::BOOT_TIER
