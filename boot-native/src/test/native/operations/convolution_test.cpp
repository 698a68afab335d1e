// The 3x3 convolution and its gradients against sums in float64.
#include "operation_test.h"

using namespace boot::test;

struct Case {
    int32_t n, height, width, in, out, upsample, stride, padding, gap;
    bool options;  // shift, residual, base, accumulate
};

static void run(boot_context context, int32_t precision, const std::string& name, const Case& t) {
    const std::string what = name + " " + std::to_string(t.n) + "×" + std::to_string(t.height) + "×" +
        std::to_string(t.width) + " " + std::to_string(t.in) + "→" + std::to_string(t.out) +
        (t.upsample > 1 ? " upsample" : "") + " stride " + std::to_string(t.stride) + " padding " +
        std::to_string(t.padding) + (t.gap > 0 ? " strided" : "");
    const int32_t out_height = t.height * t.upsample / t.stride, out_width = t.width * t.upsample / t.stride;
    const int64_t pixels = static_cast<int64_t>(t.height) * t.width;
    const int64_t out_pixels = static_cast<int64_t>(out_height) * out_width;
    Operand x(context, 1, t.n * pixels, t.in, t.gap), w(context, 2, 9 * t.in, t.out, 0), bias(context, 3, 1, t.out, 0);
    Operand shift(context, 4, t.n, t.out, t.gap), residual(context, 5, t.n * out_pixels, t.out, 2 * t.gap);
    Operand y(context, 6, t.n * out_pixels, t.out, t.gap), dy(context, 7, t.n * out_pixels, t.out, t.gap);
    const auto option = [&](double value) { return t.options ? value : 0; };

    // Calls body(tap, row of x) for the taps of an output pixel that lie inside.
    const auto over_taps = [&](int64_t out_row, auto body) {
        const int64_t sample = out_row / out_pixels, i = out_row % out_pixels / out_width, j = out_row % out_width;
        for (int32_t tap = 0; tap < 9; tap++) {
            const int64_t row = i * t.stride + tap / 3 - t.padding, column = j * t.stride + tap % 3 - t.padding;
            if (row >= 0 && row < t.height * t.upsample && column >= 0 && column < t.width * t.upsample) {
                body(tap, sample * pixels + row / t.upsample * t.width + column / t.upsample);
            }
        }
    };

    require_ok(boot::boot_conv_forward(context, t.n, t.height, t.width, t.in, t.out, t.upsample, t.stride, t.padding, x.address(),
        x.stride, w.address(), 0, bias.address(), t.options ? shift.address() : 0, shift.stride,
        t.options ? residual.address() : 0, residual.stride, y.address(), y.stride), what);
    compare(what + " forward", y, tolerance(precision, 9 * t.in), [&](int64_t row, int32_t c) {
        double sum = bias.at(0, c) + option(shift.at(row / out_pixels, c)) + option(residual.at(row, c));
        over_taps(row, [&](int32_t tap, int64_t pixel) {
            for (int32_t k = 0; k < t.in; k++) {
                sum += static_cast<double>(x.at(pixel, k)) * w.at(tap * t.in + k, c);
            }
        });
        return sum;
    });

    Operand dx(context, 8, t.n * pixels, t.in, t.gap), before(context, 8, t.n * pixels, t.in, t.gap);
    require_ok(boot::boot_conv_backward_input(context, t.n, t.height, t.width, t.in, t.out, t.upsample, t.stride, t.padding,
        dy.address(), dy.stride, w.address(), 0, t.options ? dx.address() : 0, dx.stride, dx.address(), dx.stride), what);
    std::vector<double> sums(t.n * pixels * t.in);
    for (int64_t row = 0; row < t.n * out_pixels; row++) {
        over_taps(row, [&](int32_t tap, int64_t pixel) {
            for (int32_t c = 0; c < t.in; c++) {
                for (int32_t k = 0; k < t.out; k++) {
                    sums[pixel * t.in + c] += static_cast<double>(dy.at(row, k)) * w.at(tap * t.in + c, k);
                }
            }
        });
    }
    compare(what + " input gradient", dx, tolerance(precision, 9 * t.upsample * t.upsample * t.out),
        [&](int64_t row, int32_t c) { return sums[row * t.in + c] + option(before.at(row, c)); });

    Operand dw(context, 9, 9 * t.in, t.out, 0), dw_before(context, 9, 9 * t.in, t.out, 0);
    Operand db(context, 10, 1, t.out, 0), db_before(context, 10, 1, t.out, 0), dshift(context, 11, t.n, t.out, t.gap);
    require_ok(boot::boot_conv_backward_weights(context, t.n, t.height, t.width, t.in, t.out, t.upsample, t.stride, t.padding,
        x.address(), x.stride, dy.address(), dy.stride, dw.address(), db.address(), t.options ? dshift.address() : 0, dshift.stride,
        t.options), what);
    std::vector<double> weights(9 * t.in * t.out);
    for (int64_t row = 0; row < t.n * out_pixels; row++) {
        over_taps(row, [&](int32_t tap, int64_t pixel) {
            for (int32_t c = 0; c < t.in; c++) {
                for (int32_t k = 0; k < t.out; k++) {
                    weights[(tap * t.in + c) * t.out + k] += static_cast<double>(x.at(pixel, c)) * dy.at(row, k);
                }
            }
        });
    }
    const double terms = static_cast<double>(t.n * out_pixels);
    compare(what + " weights gradient", dw, tolerance(precision, terms),
        [&](int64_t row, int32_t c) { return weights[row * t.out + c] + option(dw_before.at(row, c)); });
    const auto sample_sum = [&](int64_t sample, int32_t c) {
        double sum = 0;
        for (int64_t pixel = 0; pixel < out_pixels; pixel++) {
            sum += dy.at(sample * out_pixels + pixel, c);
        }
        return sum;
    };
    compare(what + " bias gradient", db, tolerance(BOOT_CUDA_FLOAT32, terms), [&](int64_t, int32_t c) {
        double sum = option(db_before.at(0, c));
        for (int64_t sample = 0; sample < t.n; sample++) {
            sum += sample_sum(sample, c);
        }
        return sum;
    });
    if (t.options) {
        compare(what + " shift gradient", dshift, tolerance(BOOT_CUDA_FLOAT32, terms), sample_sum);
    }
}

int main() {
    return in_each_precision([](boot_context context, int32_t precision, const std::string& name) {
        const Case cases[] = {
            {1, 1, 1, 1, 1, 1, 1, 1, 0, true}, {2, 1, 3, 2, 3, 1, 1, 1, 1, false}, {3, 5, 7, 3, 5, 1, 1, 1, 0, true},
            {2, 4, 4, 4, 8, 1, 1, 1, 0, true}, {1, 13, 5, 7, 65, 1, 1, 1, 3, true}, {1, 8, 8, 64, 12, 1, 1, 1, 4, true},
            {2, 9, 9, 12, 68, 1, 1, 1, 0, false}, {2, 2, 2, 130, 66, 1, 1, 1, 0, true}, {1, 17, 31, 5, 1, 1, 1, 1, 2, true},
            {2, 2, 2, 1, 1, 1, 2, 1, 0, true}, {2, 4, 6, 3, 5, 1, 2, 1, 1, true}, {2, 4, 6, 3, 5, 1, 2, 0, 1, true},
            {1, 10, 14, 8, 12, 1, 2, 1, 0, false}, {1, 10, 14, 8, 12, 1, 2, 0, 0, false}, {3, 6, 2, 16, 20, 1, 2, 0, 4, true},
            {1, 1, 1, 1, 1, 2, 1, 1, 0, true}, {2, 3, 2, 3, 5, 2, 1, 1, 1, true}, {1, 4, 5, 12, 8, 2, 1, 1, 0, true},
            {2, 5, 3, 8, 68, 2, 1, 1, 4, false},
        };
        for (const Case& t : cases) {
            run(context, precision, name, t);
        }
        if (precision != BOOT_CUDA_FLOAT32) {  // enough for large blocks
            run(context, precision, name, {2, 26, 25, 4, 132, 1, 1, 1, 0, true});
        }
    });
}
