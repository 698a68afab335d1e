// The linear layer Y = X·W + bias + residual; dX = dY·Wᵀ and dW = Xᵀ·dY.
#include "sums.h"

using namespace boot;

int32_t boot_linear_forward(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats x, int64_t ldx,
    boot_floats weights, boot_floats, boot_floats bias, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Destination destination = {rows, out, at(bias), {}, {}, source(residual, ldresidual), sink(y, ldy), 0};
    return multiply<true, false>(of(context), dense(source(x, ldx), rows, in), dense(source(weights, out), in, out),
        destination, in, in);
}

int32_t boot_linear_backward_input(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats dy,
    int64_t lddy, boot_floats weights, boot_floats, boot_floats base, int64_t ldbase, boot_floats dx, int64_t lddx) {
    const Destination destination = {rows, in, nullptr, {}, {}, source(base, ldbase), sink(dx, lddx), 0};
    return multiply<true, true>(of(context), dense(source(dy, lddy), rows, out), dense(source(weights, out), in, out),
        destination, out, out);
}

int32_t boot_linear_backward_weights(boot_context context, int64_t rows, int32_t in, int32_t out, boot_floats x,
    int64_t ldx, boot_floats dy, int64_t lddy, boot_floats dweights, boot_floats dbias, int32_t accumulate) {
    const int64_t sums = dbias == 0 ? 0 : column_sums(1, rows, out), parts = part_sums(in, out, rows);
    float* scratch = reserve(of(context), sums > parts ? sums : parts);
    if (scratch == nullptr) {
        return of(context).refusal;
    }
    if (dbias != 0) {
        const int32_t result = sum_columns(
            of(context), scratch, 1, rows, out, source(dy, lddy), at(dbias), {}, accumulate != 0);
        if (result != BOOT_OK) {
            return result;
        }
    }
    return multiply_in_parts(of(context), scratch, dense(source(x, ldx), rows, in), dense(source(dy, lddy), rows, out), in,
        rows, at(dweights), accumulate != 0);
}
