// Linear layers (1x1 convolutions): the matrix product with the packed weights, forward and for the input's gradient, and
// the transposed product for the weights' gradient. What is not packed in advance is by each call, a group of columns at a time.
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

int32_t linear_forward(Context& context, int64_t rows, const Linear& linear, Source x, const float* weights,
    const float* prepared, const float* bias, Source residual, Target y) {
    if (prepared != nullptr) {
        multiply(rows, linear.in, linear.out, x, prepared, bias, residual, y);
        return BOOT_OK;
    }
    float* room = reserve(context, group_floats(linear.in, linear.out));
    if (room == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    multiply_packing(rows, linear.in, linear.out, x, {weights, linear.out}, room, bias, residual, y);
    return BOOT_OK;
}

int32_t linear_backward_input(Context& context, int64_t rows, const Linear& linear, Source dy, const float* weights,
    const float* prepared, Source base, Target dx) {
    if (prepared != nullptr) {
        multiply(rows, linear.out, linear.in, dy, prepared + packed_floats(linear.in, linear.out), nullptr, base, dx);
        return BOOT_OK;
    }
    float* room = reserve(context, group_floats(linear.out, linear.in));
    if (room == nullptr) {
        return BOOT_OUT_OF_MEMORY;
    }
    const int64_t group = group_columns(linear.out);
    for (int64_t first = 0; first < linear.in; first += group) {
        const int64_t columns = smaller(group, linear.in - first);
        pack_columns(linear.out, columns, {weights + first * linear.out, linear.out}, linear.out, 0, room);
        multiply(rows, linear.out, columns, dy, room, nullptr, base.from_column(first), {dx.data + first, dx.stride});
    }
    return BOOT_OK;
}

void linear_backward_weights(int64_t rows, const Linear& linear, Source x, Source dy, float* dweights, float* dbias,
    bool accumulate) {
    multiply_transposed(rows, linear.in, linear.out, x, dy, dweights, accumulate);
    if (dbias != nullptr) {
        sum_columns(rows, linear.out, dy, dbias, accumulate);
    }
}

}  // namespace boot::BOOT_TIER
