// Linear layers against sums in float64: odd sizes, around the size of tiles, dense and strided, with and without addends.
#include "operation_test.h"

using namespace boot::test;

struct Case {
    int32_t rows, in, out, gap;
    bool bias, addend, accumulate;
};

static void run(boot_context context, int32_t precision, const std::string& name, const Case& t) {
    const std::string what = name + " " + std::to_string(t.rows) + " rows " + std::to_string(t.in) + "→" +
        std::to_string(t.out) + (t.gap > 0 ? " strided" : "");
    Operand x(context, 1, t.rows, t.in, t.gap), w(context, 2, t.in, t.out, 0), bias(context, 3, 1, t.out, 0);
    Operand y(context, 4, t.rows, t.out, t.gap), base(context, 5, t.rows, t.out, 2 * t.gap);
    const auto or_zero = [](bool given, double value) { return given ? value : 0; };

    require_ok(boot::boot_linear_forward(context, t.rows, t.in, t.out, x.address(), x.stride, w.address(), 0,
        t.bias ? bias.address() : 0, t.addend ? base.address() : 0, base.stride, y.address(), y.stride), what);
    compare(what + " forward", y, tolerance(precision, t.in), [&](int64_t row, int32_t c) {
        double sum = or_zero(t.bias, bias.at(0, c)) + or_zero(t.addend, base.at(row, c));
        for (int32_t k = 0; k < t.in; k++) {
            sum += static_cast<double>(x.at(row, k)) * w.at(k, c);
        }
        return sum;
    });

    // dx is added to itself, not to another tensor
    Operand dy(context, 6, t.rows, t.out, t.gap), dx(context, 7, t.rows, t.in, t.gap);
    Operand before(context, 7, t.rows, t.in, t.gap);
    require_ok(boot::boot_linear_backward_input(context, t.rows, t.in, t.out, dy.address(), dy.stride, w.address(), 0,
        t.addend ? dx.address() : 0, dx.stride, dx.address(), dx.stride), what);
    compare(what + " input gradient", dx, tolerance(precision, t.out), [&](int64_t row, int32_t c) {
        double sum = or_zero(t.addend, before.at(row, c));
        for (int32_t k = 0; k < t.out; k++) {
            sum += static_cast<double>(dy.at(row, k)) * w.at(c, k);
        }
        return sum;
    });

    Operand dw(context, 8, t.in, t.out, 0), dw_before(context, 8, t.in, t.out, 0);
    Operand db(context, 9, 1, t.out, 0), db_before(context, 9, 1, t.out, 0);
    require_ok(boot::boot_linear_backward_weights(context, t.rows, t.in, t.out, x.address(), x.stride, dy.address(), dy.stride,
        dw.address(), t.bias ? db.address() : 0, t.accumulate), what);
    compare(what + " weights gradient", dw, tolerance(precision, t.rows), [&](int64_t row, int32_t c) {
        double sum = or_zero(t.accumulate, dw_before.at(row, c));
        for (int32_t k = 0; k < t.rows; k++) {
            sum += static_cast<double>(x.at(k, row)) * dy.at(k, c);
        }
        return sum;
    });
    compare(what + " bias gradient", db, tolerance(BOOT_CUDA_FLOAT32, t.rows), [&](int64_t, int32_t c) {
        double sum = or_zero(t.accumulate || !t.bias, db_before.at(0, c));
        for (int32_t k = 0; t.bias && k < t.rows; k++) {
            sum += dy.at(k, c);
        }
        return sum;
    });
}

int main() {
    return in_each_precision([](boot_context context, int32_t precision, const std::string& name) {
        const Case cases[] = {
            {1, 1, 1, 0, true, true, true}, {1, 1, 1, 3, false, false, false}, {2, 3, 5, 1, true, false, true},
            {63, 15, 65, 0, true, true, false}, {64, 16, 64, 0, false, true, true}, {65, 17, 63, 0, true, false, false},
            {31, 33, 8, 4, false, false, true}, {129, 32, 12, 0, true, true, true}, {7, 130, 131, 5, true, true, false},
            {600, 20, 36, 0, true, false, true}, {1025, 5, 3, 2, true, true, false}, {127, 64, 128, 4, true, true, false},
        };
        for (const Case& t : cases) {
            run(context, precision, name, t);
        }
        if (precision != BOOT_CUDA_FLOAT32) {  // enough for large blocks
            run(context, precision, name, {1290, 40, 132, 0, true, true, false});
        }
    });
}
