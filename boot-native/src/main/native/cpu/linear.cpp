// Linear layers (1x1 convolutions): the matrix product with the packed weights, forward and for the input's gradient, and
// the transposed product for the weights' gradient.
#include "../boot_kernels.h"
#include "columns.h"
#include "gemm.h"
#include "operations.h"

namespace boot::BOOT_TIER {

int64_t linear_prepared(const Linear& linear, bool gradient) {
    return packed_floats(linear.in, linear.out) + (gradient ? packed_floats(linear.out, linear.in) : 0);
}

void linear_prepare(const Linear& linear, bool gradient, const float* weights, float* prepared) {
    const Source matrix = {weights, linear.out};
    pack_rows(linear.in, linear.out, matrix, linear.in, 0, prepared);
    if (gradient) {
        pack_columns(linear.out, linear.in, matrix, linear.out, 0, prepared + packed_floats(linear.in, linear.out));
    }
}

void linear_forward(int64_t rows, const Linear& linear, Source x, const float* prepared, const float* bias,
    Source residual, Target y) {
    multiply(rows, linear.in, linear.out, x, prepared, bias, residual, y);
}

void linear_backward_input(int64_t rows, const Linear& linear, Source dy, const float* prepared, Source base, Target dx) {
    multiply(rows, linear.out, linear.in, dy, prepared + packed_floats(linear.in, linear.out), nullptr, base, dx);
}

void linear_backward_weights(int64_t rows, const Linear& linear, Source x, Source dy, float* dweights, float* dbias,
    bool accumulate) {
    multiply_transposed(rows, linear.in, linear.out, x, dy, dweights, accumulate);
    if (dbias != nullptr) {
        sum_columns(rows, linear.out, dy, dbias, accumulate);
    }
}

}  // namespace boot::BOOT_TIER
