// One by one, the elements of matrices.
#pragma once
#include "vector.h"

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

}  // namespace boot::BOOT_TIER
