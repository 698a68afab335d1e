// Passes over flat arrays: the sum of the gradient lanes, the global norm, AdamW with the moving average, and that alone.
#include <math.h>

#include "../boot_kernels.h"
#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

void sum_lanes(const float* const* lanes, int32_t lane_count, int64_t from, int64_t to, float* sum) {
    over_lanes(to - from, [&](int64_t offset, auto part) BOOT_LAMBDA {
        // Like the carries of a binary counter: after lane k, the sums of 2^j lanes for the bits j of k + 1 are open.
        Vec open[32];
        open[0] = load(lanes[0] + from + offset, part);
        int depth = 1;
        for (int32_t lane = 1; lane < lane_count; lane++) {
            Vec value = load(lanes[lane] + from + offset, part);
            for (int32_t carry = lane; carry & 1; carry >>= 1) {
                value = open[--depth] + value;
            }
            open[depth++] = value;
        }
        while (depth > 1) {
            depth--;
            open[depth - 1] += open[depth];
        }
        store(sum + from + offset, open[0], part);
    });
}

void squared_norm(const float* values, int64_t length, int64_t from_chunk, int64_t to_chunk, float* partial) {
    for (int64_t chunk = from_chunk; chunk < to_chunk; chunk++) {
        const float* first = values + chunk * BOOT_NORM_CHUNK;
        DoubleVec low = {}, high = {};
        over_lanes(smaller(BOOT_NORM_CHUNK, length - chunk * BOOT_NORM_CHUNK), [&](int64_t i, auto part) BOOT_LAMBDA {
            Vec value = load(first + i, part);
            low += low_double(value) * low_double(value);
            high += high_double(value) * high_double(value);
        });
        double total = 0;
        for (int i = 0; i < LANES / 2; i++) {
            total += low[i] + high[i];
        }
        partial[chunk] = static_cast<float>(total);
    }
}

void clip(const float* partial, int64_t chunks, float* step) {
    double total = 0;
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
        total += partial[chunk];
    }
    const double norm = sqrt(total), limit = step[BOOT_ADAM_MAX_NORM];
    const double factor = limit / (norm + 1e-6);
    step[BOOT_ADAM_NORM] = static_cast<float>(norm);
    step[BOOT_ADAM_CLIP] = limit > 0 && !(factor >= 1) ? static_cast<float>(factor) : 1;  // a norm of NaN shows
}

void adam_w(const float* step, int64_t from, int64_t to, const float* gradient, float* parameters, float* m, float* v,
    float* ema) {
    const float keep = 1.0f - step[BOOT_ADAM_RATE] * step[BOOT_ADAM_DECAY];
    const float beta1 = step[BOOT_ADAM_BETA1], beta2 = step[BOOT_ADAM_BETA2], epsilon = step[BOOT_ADAM_EPSILON];
    const float rate1 = step[BOOT_ADAM_RATE] * step[BOOT_ADAM_CORRECTION1], correction2 = step[BOOT_ADAM_CORRECTION2];
    const float clip = step[BOOT_ADAM_CLIP], ema_rate = step[BOOT_ADAM_EMA_RATE];
    over_lanes(to - from, [&](int64_t offset, auto part) BOOT_LAMBDA {
        const int64_t i = from + offset;
        const Vec g = load(gradient + i, part) * clip;
        const Vec first = beta1 * load(m + i, part) + (1.0f - beta1) * g;
        const Vec second = beta2 * load(v + i, part) + (1.0f - beta2) * (g * g);
        const Vec theta = load(parameters + i, part) * keep - rate1 * first / (square_root(second * correction2) + epsilon);
        const Vec average = load(ema + i, part);
        store(m + i, first, part);
        store(v + i, second, part);
        store(parameters + i, theta, part);
        store(ema + i, average + ema_rate * (theta - average), part);
    });
}

void average(int64_t from, int64_t to, const float* source, float rate, float* target) {
    over_lanes(to - from, [&](int64_t offset, auto part) BOOT_LAMBDA {
        const int64_t i = from + offset;
        const Vec average = load(target + i, part);
        store(target + i, average + rate * (load(source + i, part) - average), part);
    });
}

}  // namespace boot::BOOT_TIER
