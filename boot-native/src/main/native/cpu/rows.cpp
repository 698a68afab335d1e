// Gates, and sums over the rows of a sample.
#include <string.h>

#include "columns.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// Calls body(sample, row, channel, lanes) over the rows of all samples.
template <class Body>
static BOOT_INLINE void over_samples(int32_t n, int32_t pixels, int32_t channels, Body body) {
    for (int64_t sample = 0; sample < n; sample++) {
        for (int64_t row = sample * pixels; row < (sample + 1) * pixels; row++) {
            over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA { body(sample, row, i, lanes); });
        }
    }
}

void gate_forward(int32_t n, int32_t pixels, int32_t channels, Source x, Source gate, Source residual, Target y) {
    over_samples(n, pixels, channels, [&](int64_t sample, int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        Vec value = load(gate.row(sample) + i, lanes) * load(x.row(row) + i, lanes);
        store(y.row(row) + i, residual.given() ? load(residual.row(row) + i, lanes) + value : value, lanes);
    });
}

void gate_backward(int32_t n, int32_t pixels, int32_t channels, Source x, Source gate, Source dy, Source base, Target dx,
    Target dgate) {
    for (int64_t sample = 0; sample < n; sample++) {
        memset(dgate.row(sample), 0, sizeof(float) * channels);
    }
    over_samples(n, pixels, channels, [&](int64_t sample, int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        const Vec d = load(dy.row(row) + i, lanes);
        const Vec value = load(gate.row(sample) + i, lanes) * d;
        float* sum = dgate.row(sample) + i;
        store(sum, load(sum, lanes) + d * load(x.row(row) + i, lanes), lanes);
        store(dx.row(row) + i, base.given() ? load(base.row(row) + i, lanes) + value : value, lanes);
    });
}

void gate_tangent(int32_t n, int32_t pixels, int32_t channels, Source x, Source gate, Source xtangent, Source gatetangent,
    Source residualtangent, Target ytangent) {
    over_samples(n, pixels, channels, [&](int64_t sample, int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        Vec value = load(gatetangent.row(sample) + i, lanes) * load(x.row(row) + i, lanes)
            + load(gate.row(sample) + i, lanes) * load(xtangent.row(row) + i, lanes);
        if (residualtangent.given()) {
            value += load(residualtangent.row(row) + i, lanes);
        }
        store(ytangent.row(row) + i, value, lanes);
    });
}

void sum_rows_forward(int32_t n, int32_t pixels, int32_t channels, float factor, Source x, Target y) {
    for (int64_t sample = 0; sample < n; sample++) {
        float* sum = y.row(sample);
        sum_columns(pixels, channels, {x.row(sample * pixels), x.stride}, sum, false);
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA { store(sum + i, load(sum + i, lanes) * factor, lanes); });
    }
}

void sum_rows_backward(int32_t n, int32_t pixels, int32_t channels, float factor, Source dy, Source base, Target dx) {
    over_samples(n, pixels, channels, [&](int64_t sample, int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        Vec value = load(dy.row(sample) + i, lanes) * factor;
        store(dx.row(row) + i, base.given() ? load(base.row(row) + i, lanes) + value : value, lanes);
    });
}

}  // namespace boot::BOOT_TIER
