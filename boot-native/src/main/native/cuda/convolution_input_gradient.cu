// The gradient of a 3x3 convolution with respect to its input.
#include "convolution.h"
#include "matrix_product.h"

using namespace boot;

int32_t boot_conv_backward_input(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats dy, int64_t lddy, boot_floats weights, boot_floats,
    boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    if (!countable(n, conv)) {
        return BOOT_UNSUPPORTED;
    }
    const ScatteredNeighbourhoods neighbourhoods = ScatteredNeighbourhoods::of(n, conv, source(dy, lddy));
    const Destination destination = {
        neighbourhoods.rows, in, nullptr, {}, {}, source(base, ldbase), sink(dx, lddx), 0};
    const int64_t terms = neighbourhoods.columns;
    return multiply<true, true>(
        of(context), neighbourhoods, TransposedWeights::of(conv, at(weights)), destination, terms, terms);
}
