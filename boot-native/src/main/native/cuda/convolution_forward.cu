// The 3x3 convolution: Y = N·W + bias + shift + residual.
#include "convolution.h"
#include "matrix_product.h"

using namespace boot;

int32_t boot_conv_forward(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats weights, boot_floats,
    boot_floats bias, boot_floats shift, int64_t ldshift, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    if (!countable(n, conv)) {
        return BOOT_UNSUPPORTED;
    }
    const Neighbourhoods neighbourhoods = Neighbourhoods::of(n, conv, source(x, ldx));
    const Destination destination = {neighbourhoods.rows, out, at(bias), source(shift, ldshift), neighbourhoods.out.pixels,
        source(residual, ldresidual), sink(y, ldy), 0};
    const int64_t terms = neighbourhoods.columns;
    return multiply<true, false>(
        of(context), neighbourhoods, dense(source(weights, out), terms, out), destination, terms, terms);
}
