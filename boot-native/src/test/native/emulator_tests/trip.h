// What the emulator's own tests share: a list of cases, each a program of the CUDA runtime and what must be reported.
#pragma once
#include <stdio.h>

#include <functional>
#include <string>
#include <vector>

#include "compat.h"

extern "C" const char* boot_emulator_report();
extern "C" void boot_emulator_reset();
extern "C" bool boot_emulator_configure(const char* key, int value);

struct Trip {
    const char* name;
    const char* expected;        // part of the report; null: nothing is reported, and the values are right
    std::function<bool()> run;   // whether the values are right
};

// Device memory of n floats: given values, or never written.
struct Floats {
    float* p = nullptr;
    int n;

    explicit Floats(int n) : n(n) { cudaMalloc(&p, static_cast<size_t>(n) * sizeof(float)); }
    Floats(int n, float value) : Floats(n) {
        const std::vector<float> values(static_cast<size_t>(n), value);
        cudaMemcpy(p, values.data(), values.size() * sizeof(float), cudaMemcpyHostToDevice);
    }
    Floats(const Floats&) = delete;
    ~Floats() { cudaFree(p); }

    std::vector<float> get() const {
        std::vector<float> values(static_cast<size_t>(n));
        cudaMemcpy(values.data(), p, values.size() * sizeof(float), cudaMemcpyDeviceToHost);
        return values;
    }
    bool all(float value) const {
        for (const float v : get()) {
            if (v != value) {
                return false;
            }
        }
        return true;
    }
};

std::vector<Trip> kernel_trips();
std::vector<Trip> stream_trips();
std::vector<Trip> tensor_core_trips();
