// What a call needs besides its operands: the tier and scratch memory that only grows.
#pragma once
#include <stdint.h>

namespace boot {

constexpr int32_t TIER_BASELINE = 0;
constexpr int32_t TIER_AVX2 = 1;
constexpr int32_t TIER_AVX512 = 2;

struct Context {
    int32_t tier;
    float* scratch;
    int64_t capacity;
};

// Memory for `floats` values that is valid until the next call, 64-byte aligned, not cleared; null where there is none.
float* reserve(Context& context, int64_t floats);

}  // namespace boot
