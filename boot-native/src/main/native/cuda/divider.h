// Division by a number that is known before the launch, as a multiplication (Granlund and Montgomery, 1994).
#pragma once
#include "compat.h"

namespace boot {

struct Divider {
    uint32_t divisor, multiplier, shift;

    // divisor is at least 1.
    static Divider by(int32_t divisor) {
        uint32_t shift = 0;
        while ((int64_t{1} << shift) < divisor) {
            shift++;
        }
        const uint64_t excess = (uint64_t{1} << shift) - static_cast<uint64_t>(divisor);
        return {static_cast<uint32_t>(divisor), static_cast<uint32_t>((excess << 32) / static_cast<uint64_t>(divisor) + 1),
            shift};
    }

    // For 0 <= value < 2^31.
    __device__ __forceinline__ int32_t quotient(int32_t value) const {
        const uint32_t v = static_cast<uint32_t>(value);
        const uint32_t high = static_cast<uint32_t>(static_cast<uint64_t>(v) * multiplier >> 32);
        return static_cast<int32_t>((high + v) >> shift);
    }
};

}  // namespace boot
