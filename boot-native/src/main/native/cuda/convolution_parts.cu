// What a library that convolves dense images leaves to us: the form of its weights, sums of dy, and additions to its result.
#include "elements.h"
#include "sums.h"

namespace boot {

constexpr int64_t SQUARE = 32;       // a block transposes a square of values
constexpr int64_t SQUARE_LINES = 8;  // of them at a time

// y = xᵀ, or y + xᵀ.
__global__ void __launch_bounds__(SQUARE * SQUARE_LINES) transpose(int64_t rows, int64_t columns, Source x, Target y,
    bool accumulate) {
    BOOT_SHARED(float, square, [SQUARE][SQUARE + 1]);
    const int64_t first_row = blockIdx.y * SQUARE, first_column = blockIdx.x * SQUARE;
    for (int64_t line = threadIdx.y; line < SQUARE; line += SQUARE_LINES) {
        const int64_t row = first_row + line, column = first_column + threadIdx.x;
        if (row < rows && column < columns) {
            square[line][threadIdx.x] = x.row(row)[column];
        }
    }
    __syncthreads();
    for (int64_t line = threadIdx.y; line < SQUARE; line += SQUARE_LINES) {
        const int64_t row = first_row + threadIdx.x, column = first_column + line;
        if (row < rows && column < columns) {
            float* target = y.row(column) + row;
            const float value = square[threadIdx.x][line];
            *target = accumulate ? *target + value : value;
        }
    }
}

// y = x + bias + shift + residual, in the order of boot_conv_forward; what is added may be absent.
__global__ void __launch_bounds__(BLOCK_THREADS) add_to_images(Elements elements, Source x, const float* bias, Source shift,
    Source residual, Target y) {
    over_elements(elements, [&](int64_t sample, int64_t row, int64_t i) {
        float value = x.row(row)[i];
        if (bias != nullptr) {
            value += bias[i];
        }
        if (shift.given()) {
            value += shift.row(sample)[i];
        }
        if (residual.given()) {
            value += residual.row(row)[i];
        }
        y.row(row)[i] = value;
    });
}

}  // namespace boot

using namespace boot;

int64_t boot_cuda_stream(boot_context context) { return reinterpret_cast<int64_t>(of(context).stream); }

int32_t boot_cuda_scratch(boot_context context, int64_t floats, boot_floats* scratch) {
    float* reserved = reserve(of(context), floats);
    *scratch = reinterpret_cast<boot_floats>(reserved);
    return reserved == nullptr ? of(context).refusal : BOOT_OK;
}

int32_t boot_cuda_transpose(boot_context context, int64_t rows, int64_t columns, boot_floats x, boot_floats y,
    int32_t accumulate) {
    const int64_t across = quotient_up(columns, SQUARE), down = quotient_up(rows, SQUARE);
    if (across > INT32_MAX || down > GRID_LIMIT) {
        return BOOT_UNSUPPORTED;
    }
    BOOT_LAUNCH(transpose, dim3(static_cast<unsigned>(across), static_cast<unsigned>(down)), dim3(SQUARE, SQUARE_LINES), 0,
        of(context).stream, rows, columns, source(x, columns), sink(y, rows), accumulate != 0);
    return launched();
}

int32_t boot_cuda_add_to_images(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats x,
    boot_floats bias, boot_floats shift, int64_t ldshift, boot_floats residual, int64_t ldresidual, boot_floats y,
    int64_t ldy) {
    const Elements elements = {n, pixels, channels};
    BOOT_LAUNCH(add_to_images, grid_of(elements), block_of(elements), 0, of(context).stream, elements, source(x, channels),
        at(bias), source(shift, ldshift), source(residual, ldresidual), sink(y, ldy));
    return launched();
}

int32_t boot_cuda_sum_images(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats dy, int64_t lddy,
    boot_floats dbias, boot_floats dshift, int64_t lddshift, int32_t accumulate) {
    float* scratch = reserve(of(context), column_sums(n, pixels, channels));
    if (scratch == nullptr) {
        return of(context).refusal;
    }
    return sum_columns(of(context), scratch, n, pixels, channels, source(dy, lddy), at(dbias), sink(dshift, lddshift),
        accumulate != 0);
}
