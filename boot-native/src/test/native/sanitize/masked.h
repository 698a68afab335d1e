// Before every source: the accesses of which the compiler's sanitizers see nothing, lane by lane as they do.
#pragma once
#include <immintrin.h>

namespace boot::sanitize {

template <class Vector>
static inline __attribute__((always_inline)) Vector load(const float* p, unsigned mask) {
    Vector value = {};
    for (unsigned i = 0; i < sizeof(Vector) / sizeof(float); i++) {
        if (mask >> i & 1) {
            value[i] = p[i];
        }
    }
    return value;
}

template <class Vector>
static inline __attribute__((always_inline)) void store(float* p, unsigned mask, Vector value) {
    for (unsigned i = 0; i < sizeof(Vector) / sizeof(float); i++) {
        if (mask >> i & 1) {
            p[i] = value[i];
        }
    }
}

}  // namespace boot::sanitize

#define LANES_OF(mask) static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(mask)))
#define _mm256_maskload_ps(p, mask) boot::sanitize::load<__m256>(p, LANES_OF(mask))
#define _mm256_maskstore_ps(p, mask, value) boot::sanitize::store<__m256>(p, LANES_OF(mask), value)
#define _mm512_maskz_loadu_ps(mask, p) boot::sanitize::load<__m512>(p, mask)
#define _mm512_mask_storeu_ps(p, mask, value) boot::sanitize::store<__m512>(p, mask, value)
