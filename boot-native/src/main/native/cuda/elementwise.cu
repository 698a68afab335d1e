// y = base + factor·x + offset, fill, and SiLU with its gradient.
#include "activation.h"
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

__global__ void __launch_bounds__(BLOCK_THREADS) silu(Elements elements, Source x, Target y) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const float z = x.row(row)[i];
        y.row(row)[i] = z * sigmoid(z);
    });
}

__global__ void __launch_bounds__(BLOCK_THREADS) silu_gradient(Elements elements, Source x, Source dy, Source base,
    Target dx) {
    over_elements(elements, [&](int64_t, int64_t row, int64_t i) {
        const float z = x.row(row)[i];
        const float gradient = dy.row(row)[i] * silu_slope(z, sigmoid(z));
        dx.row(row)[i] = base.given() ? base.row(row)[i] + gradient : gradient;
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

int32_t boot_silu_forward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats y, int64_t ldy) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(silu, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx), sink(y, ldy));
    return launched();
}

int32_t boot_silu_backward(boot_context context, int64_t rows, int32_t channels, boot_floats x, int64_t ldx,
    boot_floats dy, int64_t lddy, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Elements elements = {1, rows, channels};
    BOOT_LAUNCH(silu_gradient, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, ldx),
        source(dy, lddy), source(base, ldbase), sink(dx, lddx));
    return launched();
}
