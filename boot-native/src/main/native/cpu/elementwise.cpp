// y = base + factor·x + offset, fill, and SiLU with its gradient.
#include "activation.h"
#include "operations.h"

namespace boot::BOOT_TIER {

// Calls body(row, channel, lanes) over a matrix; rows that all operands hold without a gap are one long row.
template <class Body>
static BOOT_INLINE void over_elements(int64_t rows, int64_t channels, bool dense, Body body) {
    if (dense) {
        channels *= rows;
        rows = 1;
    }
    for (int64_t row = 0; row < rows; row++) {
        over_lanes(channels, [&](int64_t i, auto lanes) BOOT_LAMBDA { body(row, i, lanes); });
    }
}

void fill(float* target, int64_t count, float value) {
    over_lanes(count, [&](int64_t i, auto lanes) BOOT_LAMBDA { store(target + i, splat(value), lanes); });
}

void affine(int64_t rows, int32_t channels, Source x, float factor, float offset, Source base, Target y) {
    const bool dense = x.stride == channels && y.stride == channels && (!base.given() || base.stride == channels);
    if (base.given()) {
        over_elements(rows, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            Vec value = load(x.row(row) + i, lanes) * factor + offset;
            store(y.row(row) + i, load(base.row(row) + i, lanes) + value, lanes);
        });
    } else {
        over_elements(rows, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
            store(y.row(row) + i, load(x.row(row) + i, lanes) * factor + offset, lanes);
        });
    }
}

void silu_forward(int64_t rows, int32_t channels, Source x, Target y) {
    over_elements(rows, channels, x.stride == channels && y.stride == channels, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        Vec z = load(x.row(row) + i, lanes);
        store(y.row(row) + i, z * sigmoid(z), lanes);
    });
}

void silu_backward(int64_t rows, int32_t channels, Source x, Source dy, Source base, Target dx) {
    const bool dense = x.stride == channels && dy.stride == channels && dx.stride == channels
        && (!base.given() || base.stride == channels);
    over_elements(rows, channels, dense, [&](int64_t row, int64_t i, auto lanes) BOOT_LAMBDA {
        Vec z = load(x.row(row) + i, lanes);
        Vec gradient = load(dy.row(row) + i, lanes) * silu_slope(z, sigmoid(z));
        if (base.given()) {
            gradient += load(base.row(row) + i, lanes);
        }
        store(dx.row(row) + i, gradient, lanes);
    });
}

}  // namespace boot::BOOT_TIER
