// What the tests of matrix operations share: operands in device memory, and the comparison with a sum in float64.
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "boot_dispatch.h"

namespace boot::test {

inline int failures = 0;

inline void fail(const std::string& what) {
    fprintf(stderr, "%s\n", what.c_str());
    failures++;
}

inline void require_ok(int32_t status, const std::string& what) {
    if (status != BOOT_OK) {
        fail(what + ": status " + std::to_string(status));
    }
}

// Rows of `channels` values in device memory of their own. `gap` values that no operation may touch precede the first row
// and follow each of them.
class Operand {
public:
    Operand(boot_context context, uint32_t seed, int64_t rows, int32_t channels, int32_t gap)
        : context(context), rows(rows), channels(channels), stride(channels + gap), gap(gap),
          values(gap + rows * stride, GAP) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        for (int64_t row = 0; row < rows; row++) {
            for (int32_t c = 0; c < channels; c++) {
                at(row, c) = normal(random);
            }
        }
        require_ok(boot_allocate(boot_open(), values.size(), &memory), "allocate");
        upload();
    }

    ~Operand() { boot_free(boot_open(), memory); }

    Operand(const Operand&) = delete;

    float& at(int64_t row, int32_t channel) { return values[gap + row * stride + channel]; }

    boot_floats address() const { return memory + gap * static_cast<int64_t>(sizeof(float)); }

    void upload() { require_ok(boot_upload(context, values.data(), 1, values.size(), memory, values.size()), "upload"); }

    void download(const std::string& what) {
        require_ok(boot_download(context, memory, values.size(), 1, values.size(), values.data()), "download");
        for (int64_t i = 0; i < static_cast<int64_t>(values.size()); i++) {
            const bool inside = i >= gap && (i - gap) % stride < channels;
            if (!inside && values[i] != GAP) {
                fail(what + " writes between its rows");
                return;
            }
        }
    }

    const boot_context context;
    const int64_t rows;
    const int32_t channels;
    const int64_t stride;

private:
    static constexpr float GAP = -7e30f;
    const int32_t gap;
    std::vector<float> values;
    boot_floats memory = 0;
};

// Relative size of a rounding error of what is multiplied, half a unit in the last place: 23, 10 or 7 bits are stored.
inline double rounding(int32_t precision) {
    return precision == BOOT_CUDA_BF16 ? 0x1p-9 : precision == BOOT_CUDA_TF32 ? 0x1p-12 * 2 : 0x1p-24;
}

// The error that a sum of `length` products may have, in units of |result| + root mean square of the results: that of
// float32 sums, 4·ε·√length, as in the table of operation cases; and with rounded factors, whose errors are independent and
// add up like the products themselves, 8 of their roundings (of some 10⁵ values the largest is near 5).
inline double tolerance(int32_t precision, double length) {
    const double sums = 4 * 0x1p-23 * sqrt(length);
    return precision == BOOT_CUDA_FLOAT32 ? sums : sums + 8 * rounding(precision);
}

// Compares an output with expected(row, channel). `cancelling` is the size of terms that cancel in it, where that is larger
// than the outputs themselves.
inline void compare(const std::string& what, Operand& output, double tolerance,
    const std::function<double(int64_t, int32_t)>& expected, double cancelling = 0) {
    output.download(what);
    std::vector<double> values;
    double squares = 0;
    for (int64_t row = 0; row < output.rows; row++) {
        for (int32_t c = 0; c < output.channels; c++) {
            values.push_back(expected(row, c));
            squares += values.back() * values.back();
        }
    }
    const double size = fmax(sqrt(squares / values.size()), cancelling);
    for (int64_t row = 0, i = 0; row < output.rows; row++) {
        for (int32_t c = 0; c < output.channels; c++, i++) {
            const double error = fabs(output.at(row, c) - values[i]), allowed = tolerance * (fabs(values[i]) + size);
            if (!(error <= allowed)) {
                fail(what + " [" + std::to_string(row) + "][" + std::to_string(c) + "] is " +
                    std::to_string(output.at(row, c)) + ", must be " + std::to_string(values[i]) + " ± " +
                    std::to_string(allowed));
                return;
            }
        }
    }
}

// Runs the test in every precision; the exit status of main.
inline int in_each_precision(const std::function<void(boot_context, int32_t, const std::string&)>& test) {
    const char* names[] = {"float32", "tf32", "bf16"};
    for (int32_t precision : {BOOT_CUDA_FLOAT32, BOOT_CUDA_TF32, BOOT_CUDA_BF16}) {
        boot_context context = 0;
        require_ok(boot_context_create(boot_open(), precision, &context), "context");
        if (context == 0) {
            break;
        }
        test(context, precision, names[precision]);
        require_ok(boot_context_destroy(context), "context destroyed");
    }
    return failures == 0 ? 0 : 1;
}

}  // namespace boot::test
