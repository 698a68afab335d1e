#include "sums.h"

namespace boot {

constexpr int SUM_COLUMNS = 32;  // of a block
constexpr int SUM_LINES = 8;     // threads of a column

__global__ void __launch_bounds__(SUM_COLUMNS * SUM_LINES) sum_of_rows(int64_t rows, int64_t chunks, int64_t chunk,
    int64_t columns, int64_t column_blocks, Source x, Target y, bool accumulate, float factor) {
    BOOT_SHARED(float, sums, [SUM_LINES][SUM_COLUMNS]);
    const int64_t index = blockIdx.x / column_blocks;  // of the chunk, among those of all groups
    const int64_t column = blockIdx.x % column_blocks * SUM_COLUMNS + threadIdx.x;
    const int64_t first = index % chunks * chunk, end = min(rows, first + chunk), group = index / chunks * rows;
    float sum = 0;
    if (column < columns) {
        for (int64_t row = first + threadIdx.y; row < end; row += SUM_LINES) {
            sum += x.row(group + row)[column];
        }
    }
    sums[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y > 0 || column >= columns) {
        return;
    }
#pragma unroll
    for (int line = 1; line < SUM_LINES; line++) {
        sum += sums[line][threadIdx.x];
    }
    sum *= factor;
    float* target = y.row(index) + column;
    *target = accumulate ? *target + sum : sum;
}

int32_t sum_rows(const Context& context, int64_t groups, int64_t rows, int64_t chunk, int64_t columns, Source x, Target y,
    bool accumulate, float factor) {
    const int64_t chunks = quotient_up(rows, chunk), column_blocks = quotient_up(columns, SUM_COLUMNS);
    const int64_t blocks = groups * chunks * column_blocks;
    if (blocks > INT32_MAX) {
        return BOOT_UNSUPPORTED;
    }
    BOOT_LAUNCH(sum_of_rows, static_cast<unsigned>(blocks), dim3(SUM_COLUMNS, SUM_LINES), 0, context.stream, rows, chunks,
        chunk, columns, column_blocks, x, y, accumulate, factor);
    return launched();
}

}  // namespace boot
