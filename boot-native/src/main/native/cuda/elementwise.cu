// y = base + factor·x + offset, and fill.
#include "elements.h"

namespace boot {

__global__ void __launch_bounds__(BLOCK_THREADS) fill(Elements elements, float value, float* target) {
    over_elements(elements, [&](int64_t, int64_t, int64_t i) { target[i] = value; });
}

__global__ void __launch_bounds__(BLOCK_THREADS) affine(Elements elements, Source x, float factor, float offset, Source base,
    Target y) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const float value = x.row(row)[i] * factor + offset;
        y.row(row)[i] = base.given() ? base.row(row)[i] + value : value;
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_fill(boot_context context, boot_floats target, int64_t count, float value) {
    const Elements elements = {1, 1, count};
    if (elements.empty()) {
        return BOOT_OK;
    }
    BOOT_LAUNCH(fill, grid_of(elements), block_of(elements), 0, of(context).stream, elements, value, at(target));
    return launched();
}

int32_t boot_affine(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx, float factor,
    float offset, boot_floats base, int64_t ldbase, boot_floats y, int64_t ldy) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(affine, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx), factor,
        offset, source(base, ldbase), sink(y, ldy));
    return launched();
}
