// A native library, and a run of one of its operations.
#pragma once
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <functional>
#include <random>
#include <vector>

#include "boot_library.h"

struct Library {
    void* handle;
    boot_device device = 0;

    explicit Library(const char* path) : handle(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
        char detail[512];
        if (handle == nullptr || boot::boot_library_open(path, &device, detail, sizeof detail) != BOOT_OK) {
            fprintf(stderr, "%s\n", handle == nullptr ? dlerror() : detail);
            exit(2);
        }
    }
};

constexpr int32_t FLOAT32 = BOOT_CUDA_FLOAT32, TF32 = BOOT_CUDA_TF32, BF16 = BOOT_CUDA_BF16;

// A value as tensor cores get it: to nearest, with 10 bits of fraction, halves away from zero (tf32), or with 7 bits, halves
// to even (bf16).
inline float rounded(float value, int32_t precision) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (precision == TF32) {
        bits = (bits + 0x1000) & ~0x1fffu;
    } else if (precision == BF16) {
        bits = (bits + 0x7fff + (bits >> 16 & 1)) & ~0xffffu;
    }
    memcpy(&value, &bits, sizeof bits);
    return value;
}

// Operands and calls of one operation on one library, the same values each time; but a library that has no tensor cores can be
// given the operands of products as these round them, so that no more than the order of sums differs from one that has.
class Run {
    std::mt19937 random{1};
    int32_t rounding;  // of factors
    std::vector<boot_floats> allocated;
    std::vector<std::pair<boot_floats, int64_t>> written;

public:
    const boot_device device;
    boot_context context = 0;
    std::vector<std::vector<float>> results;

    Run(const Library& library, int32_t cap, int32_t rounding) : rounding(rounding), device(library.device) {
        call(boot::boot_context_create(device, cap, &context));
    }

    virtual ~Run() {
        for (const boot_floats memory : allocated) {
            boot::boot_free(device, memory);
        }
        if (context != 0) {
            boot::boot_context_destroy(context);
        }
    }

    void call(int32_t status) {
        if (status != BOOT_OK) {
            results.push_back({NAN, static_cast<float>(status)});
        }
    }

    // What is read alone.
    virtual boot_floats place(const std::vector<float>& values) {
        const boot_floats memory = allocate(static_cast<int64_t>(values.size()));
        upload(values, memory);
        return memory;
    }

    // What is written.
    virtual boot_floats own(const std::vector<float>& values) { return Run::place(values); }

    // Brings weights into the form that calls read.
    virtual void prepare(const std::function<int32_t()>& preparation) { call(preparation()); }

    boot_floats input(int64_t count, float scale = 1, float offset = 0) { return place(normal(count, scale, offset)); }

    // What a product multiplies.
    boot_floats factor(int64_t count) { return place(normal(count, 1, 0, rounding)); }

    // What a product multiplies and a float32 sum adds: it needs no rounding.
    boot_floats coarse(int64_t count) { return place(normal(count, 1, 0, BF16)); }

    // Compared at the end; before, it is no number.
    boot_floats output(int64_t count) { return result(std::vector<float>(static_cast<size_t>(count), NAN)); }

    // Read and written, and compared at the end.
    boot_floats updated(int64_t count, float scale = 1, float offset = 0) { return result(normal(count, scale, offset)); }

    boot_floats prepared(int64_t count) { return count == 0 ? 0 : place(std::vector<float>(static_cast<size_t>(count), NAN)); }

    void finish() {
        for (const auto& [memory, count] : written) {
            std::vector<float> values(static_cast<size_t>(count), NAN);
            call(boot::boot_download(context, memory, count, 1, count, values.data()));
            results.push_back(values);
        }
    }

protected:
    boot_floats allocate(int64_t count) {
        boot_floats memory = 0;
        call(boot::boot_allocate(device, count, &memory));
        allocated.push_back(memory);
        return memory;
    }

    void upload(const std::vector<float>& values, boot_floats memory) {
        const int64_t count = static_cast<int64_t>(values.size());
        call(boot::boot_upload(context, values.data(), 1, count, memory, count));
    }

private:
    boot_floats result(const std::vector<float>& values) {
        written.push_back({own(values), static_cast<int64_t>(values.size())});
        return written.back().first;
    }

    std::vector<float> normal(int64_t count, float scale, float offset, int32_t precision = FLOAT32) {
        std::normal_distribution<float> distribution;
        std::vector<float> values(static_cast<size_t>(count));
        for (float& value : values) {
            value = rounded(scale * distribution(random) + offset, precision);
        }
        return values;
    }
};
