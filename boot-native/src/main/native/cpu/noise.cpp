// Standard normal noise by Philox 4x32-10, the same bits as io.bootdistill.device.Philox: this file is compiled without
// contraction, for the baseline alone.
#include <math.h>
#include <string.h>

#include "../boot_kernels.h"
#include "shapes.h"

namespace boot {

struct Words {
    uint32_t word[4];
};

// The block with counter (block, draw, 0, 0) and key `seed`.
static Words philox(uint64_t seed, uint32_t draw, uint64_t block) {
    uint32_t c0 = static_cast<uint32_t>(block), c1 = draw, c2 = static_cast<uint32_t>(block >> 32), c3 = 0;
    uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
        c1 = static_cast<uint32_t>(p1);
        c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
        c3 = static_cast<uint32_t>(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

static float natural_log(float p) {
    int32_t raw;
    memcpy(&raw, &p, sizeof raw);
    raw -= 0x3F3504F3;  // bits of the root of a half
    const float exponent = static_cast<float>(raw >> 23);
    const int32_t mantissa = (raw & 0x7FFFFF) + 0x3F3504F3;
    float m;
    memcpy(&m, &mantissa, sizeof m);
    const float s = (m - 1.0f) / (m + 1.0f);
    const float z = s * s;
    return exponent * 0.6931471806f
        + 2.0f * s * ((((0.1111111111f * z + 0.1428571429f) * z + 0.2f) * z + 0.3333333333f) * z + 1.0f);
}

// The normal quantile of (bits + 1/2)/2^32, by the rational approximations of AS 241.
static float normal(uint32_t word) {
    const int32_t bits = static_cast<int32_t>(word);
    const int32_t magnitude = bits >= 0 ? bits : ~bits;
    const float p = (static_cast<float>(magnitude) + 0.5f) * 0x1p-32f;
    const float q = 0.5f - p;
    float value;
    if (q <= 0.425f) {
        const float r = 0.180625f - q * q;
        value = q * (((59.109374720f * r + 159.29113202f) * r + 50.434271938f) * r + 3.3871327179f)
            / (((67.187563600f * r + 78.757757664f) * r + 17.895169469f) * r + 1.0f);
    } else {
        const float r = sqrtf(-natural_log(p)) - 1.6f;
        value = (((0.17023821103f * r + 1.3067284816f) * r + 2.7568153900f) * r + 1.4234372777f)
            / ((0.12021132975f * r + 0.73700164250f) * r + 1.0f);
    }
    return bits >= 0 ? -value : value;
}

static uint64_t seed_of(const float* words) {
    uint64_t seed = 0;
    for (int i = 0; i < BOOT_SEED_FLOATS; i++) {
        seed |= static_cast<uint64_t>(words[i]) << 16 * i;
    }
    return seed;
}

// Element e of a sample, in the order channel, row, column, is word e % 4 of block e / 4.
void noise(int32_t n, int64_t pixels, int64_t channels, const float* seeds, int32_t draw, Target y) {
    const int64_t elements = pixels * channels;
    for (int64_t sample = 0; sample < n; sample++) {
        const uint64_t seed = seed_of(seeds + sample * BOOT_SEED_FLOATS);
        for (int64_t first = 0; first < elements; first += 4) {
            const Words block = philox(seed, draw, first >> 2);
            for (int64_t e = first; e < smaller(first + 4, elements); e++) {
                y.row(sample * pixels + e % pixels)[e / pixels] = normal(block.word[e & 3]);
            }
        }
    }
}

}  // namespace boot
