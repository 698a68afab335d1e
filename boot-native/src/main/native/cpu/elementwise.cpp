// y = base + factor·x + offset, and fill.
#include "elements.h"
#include "operations.h"

namespace boot::BOOT_TIER {

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

}  // namespace boot::BOOT_TIER
