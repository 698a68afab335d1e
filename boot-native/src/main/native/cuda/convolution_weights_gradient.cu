// The gradients of a 3x3 convolution with respect to weights, bias and time shift: dW = Nᵀ·dY, and sums of dy over the
// pixels.
#include "convolution.h"
#include "sums.h"

using namespace boot;

int32_t boot_conv_backward_weights(boot_context context, int32_t n, int32_t height, int32_t width, int32_t in, int32_t out,
    int32_t upsample, int32_t stride, int32_t padding, boot_floats x, int64_t ldx, boot_floats dy, int64_t lddy,
    boot_floats dweights, boot_floats dbias, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    const Conv conv = {height, width, in, out, upsample, stride, padding};
    if (!countable(n, conv)) {
        return BOOT_UNSUPPORTED;
    }
    const Neighbourhoods neighbourhoods = Neighbourhoods::of(n, conv, source(x, ldx));
    const int64_t rows = neighbourhoods.columns, terms = neighbourhoods.rows;
    const int64_t sums = column_sums(n, conv.out_pixels(), out), parts = part_sums(rows, out, terms);
    float* scratch = reserve(of(context), sums > parts ? sums : parts);
    if (scratch == nullptr) {
        return of(context).refusal;
    }
    const int32_t result = sum_columns(of(context), scratch, n, conv.out_pixels(), out, source(dy, lddy), at(dbias),
        sink(dshift, lddshift), accumulate != 0);
    return result != BOOT_OK ? result
                             : multiply_in_parts(of(context), scratch, neighbourhoods, dense(source(dy, lddy), terms, out),
                                   rows, terms, at(dweights), accumulate != 0);
}
