// The processor's peak: multiplications and additions in registers, and nothing else.
#include "operations.h"
#include "vector.h"

namespace boot::BOOT_TIER {

int64_t peak(int64_t rounds) {
    constexpr int CHAINS = 12;  // enough to hide the latency of two pipelines, few enough for sixteen registers
    Vec chains[CHAINS];
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++) {
        chains[i] = splat(static_cast<float>(i + 2));  // not 1, which a compiler sees to stay 1
    }
    const Vec half = splat(0.5f);
    for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++) {
            chains[i] = chains[i] * half + half;  // approaches 1: neither overflow nor tiny numbers
        }
    }
    Vec total = {};
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++) {
        total += chains[i];
    }
    volatile float used = sum(total);  // or the compiler would leave out the work
    (void)used;
    return rounds * CHAINS * LANES * 2;
}

}  // namespace boot::BOOT_TIER
