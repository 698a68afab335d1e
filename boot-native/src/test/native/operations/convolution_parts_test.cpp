// What our kernels do around a convolution by another library, against its definition: odd sizes, dense and strided.
#include "operation_test.h"

using namespace boot::test;

struct Case {
    int32_t n, pixels, channels, gap;
    bool shift, residual, accumulate;
};

static void images(boot_context context, const Case& t) {
    const std::string what = std::to_string(t.n) + "×" + std::to_string(t.pixels) + " pixels " + std::to_string(t.channels) +
        " channels" + (t.gap > 0 ? " strided" : "");
    const int64_t rows = static_cast<int64_t>(t.n) * t.pixels;
    const auto or_zero = [](bool given, double value) { return given ? value : 0; };
    Operand x(context, 1, rows, t.channels, 0), bias(context, 2, 1, t.channels, 0), shift(context, 3, t.n, t.channels, t.gap);
    Operand y(context, 4, rows, t.channels, t.gap), before(context, 4, rows, t.channels, t.gap);

    // the residual is the target itself
    require_ok(boot::boot_cuda_add_to_images(context, t.n, t.pixels, t.channels, x.address(), bias.address(),
        t.shift ? shift.address() : 0, shift.stride, t.residual ? y.address() : 0, y.stride, y.address(), y.stride), what);
    compare(what + " additions", y, tolerance(BOOT_CUDA_FLOAT32, 4), [&](int64_t row, int32_t c) {
        return static_cast<double>(x.at(row, c)) + bias.at(0, c) + or_zero(t.shift, shift.at(row / t.pixels, c)) +
            or_zero(t.residual, before.at(row, c));
    });

    Operand total(context, 5, 1, t.channels, 0), total_before(context, 5, 1, t.channels, 0);
    Operand sums(context, 6, t.n, t.channels, t.gap);
    require_ok(boot::boot_cuda_sum_images(context, t.n, t.pixels, t.channels, y.address(), y.stride, total.address(),
        t.shift ? sums.address() : 0, sums.stride, t.accumulate), what);
    const auto sum = [&](int64_t first, int64_t count, int32_t c) {
        double result = 0;
        for (int64_t row = first; row < first + count; row++) {
            result += y.at(row, c);
        }
        return result;
    };
    compare(what + " sums", total, tolerance(BOOT_CUDA_FLOAT32, rows), [&](int64_t, int32_t c) {
        return or_zero(t.accumulate, total_before.at(0, c)) + sum(0, rows, c);
    }, sqrt(rows));
    if (t.shift) {
        compare(what + " sums of samples", sums, tolerance(BOOT_CUDA_FLOAT32, t.pixels), [&](int64_t sample, int32_t c) {
            return sum(sample * t.pixels, t.pixels, c);
        }, sqrt(t.pixels));
    }
}

static void transpose(boot_context context, int32_t rows, int32_t columns, bool accumulate) {
    const std::string what = "transpose " + std::to_string(rows) + "×" + std::to_string(columns);
    Operand x(context, 1, rows, columns, 0), y(context, 2, columns, rows, 0), before(context, 2, columns, rows, 0);
    require_ok(boot::boot_cuda_transpose(context, rows, columns, x.address(), y.address(), accumulate), what);
    compare(what, y, accumulate ? tolerance(BOOT_CUDA_FLOAT32, 2) : 0, [&](int64_t row, int32_t c) {
        return static_cast<double>(x.at(c, static_cast<int32_t>(row))) + (accumulate ? before.at(row, c) : 0);
    });
}

int main() {
    return in_each_precision([](boot_context context, int32_t precision, const std::string&) {
        if (precision != BOOT_CUDA_FLOAT32) {
            return;  // nothing of this depends on it
        }
        for (const Case& t : {Case{1, 1, 1, 0, true, true, true}, {2, 9, 5, 3, true, true, false},
                 {3, 600, 33, 0, false, true, true}, {2, 35, 64, 1, true, false, true}, {1, 20, 300, 2, false, false, false}}) {
            images(context, t);
        }
        for (const int32_t rows : {1, 9, 31, 32, 65}) {
            for (const int32_t columns : {1, 3, 32, 33, 70}) {
                transpose(context, rows, columns, (rows + columns) % 2 == 0);
            }
        }
    });
}
