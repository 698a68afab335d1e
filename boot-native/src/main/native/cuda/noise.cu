// Standard normal noise by Philox 4x32-10, the same bits as io.bootdistill.device.Philox.
#include "elements.h"

namespace boot {

// A float32 whose operations are rounded one by one, never contracted: the source of equal bits on every device.
struct Rounded {
    float value;
    __device__ __forceinline__ Rounded(float v) : value(v) {}
};

__device__ __forceinline__ Rounded operator+(Rounded a, Rounded b) { return __fadd_rn(a.value, b.value); }
__device__ __forceinline__ Rounded operator-(Rounded a, Rounded b) { return __fsub_rn(a.value, b.value); }
__device__ __forceinline__ Rounded operator*(Rounded a, Rounded b) { return __fmul_rn(a.value, b.value); }
__device__ __forceinline__ Rounded operator/(Rounded a, Rounded b) { return __fdiv_rn(a.value, b.value); }

struct Words {
    uint32_t word[4];
};

// The block with counter (block, draw, 0, 0) and key (k0, k1).
__device__ __forceinline__ Words philox(uint32_t k0, uint32_t k1, uint32_t draw, uint64_t block) {
    uint32_t c0 = static_cast<uint32_t>(block), c1 = draw, c2 = static_cast<uint32_t>(block >> 32), c3 = 0;
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

__device__ __forceinline__ Rounded natural_log(Rounded p) {
    const int32_t raw = static_cast<int32_t>(__float_as_uint(p.value)) - 0x3F3504F3;  // bits of the root of a half
    const Rounded exponent = static_cast<float>(raw >> 23);
    const Rounded m = __uint_as_float(static_cast<uint32_t>((raw & 0x7FFFFF) + 0x3F3504F3));
    const Rounded s = (m - 1.0f) / (m + 1.0f);
    const Rounded z = s * s;
    return exponent * 0.6931471806f
        + Rounded(2.0f) * s * ((((z * 0.1111111111f + 0.1428571429f) * z + 0.2f) * z + 0.3333333333f) * z + 1.0f);
}

// The normal quantile of (bits + 1/2)/2^32, by the rational approximations of AS 241.
__device__ __forceinline__ float normal(uint32_t word) {
    const int32_t bits = static_cast<int32_t>(word);
    const int32_t magnitude = bits >= 0 ? bits : ~bits;
    const Rounded p = (Rounded(static_cast<float>(magnitude)) + 0.5f) * 0x1p-32f;
    const Rounded q = Rounded(0.5f) - p;
    float value;
    if (q.value <= 0.425f) {
        const Rounded r = Rounded(0.180625f) - q * q;
        value = (q * (((r * 59.109374720f + 159.29113202f) * r + 50.434271938f) * r + 3.3871327179f)
            / (((r * 67.187563600f + 78.757757664f) * r + 17.895169469f) * r + 1.0f)).value;
    } else {
        const Rounded r = Rounded(__fsqrt_rn(-natural_log(p).value)) - 1.6f;
        value = ((((r * 0.17023821103f + 1.3067284816f) * r + 2.7568153900f) * r + 1.4234372777f)
            / ((r * 0.12021132975f + 0.73700164250f) * r + 1.0f)).value;
    }
    return bits >= 0 ? -value : value;
}

// Two of the four numbers that hold a seed.
__device__ __forceinline__ uint32_t word_of(const float* halves) {
    return static_cast<uint32_t>(halves[0]) | static_cast<uint32_t>(halves[1]) << 16;
}

// Element e of a sample, in the order channel, row, column, is word e % 4 of block e / 4. A thread draws a block.
__global__ void __launch_bounds__(BLOCK_THREADS) noise(Elements blocks, int64_t pixels, int64_t channels, const float* seeds,
    uint32_t draw, Target y) {
    over_elements(blocks, [&](int64_t sample, int64_t, int64_t block) {
        const float* seed = seeds + sample * BOOT_SEED_FLOATS;
        const Words words = philox(word_of(seed), word_of(seed + 2), draw, static_cast<uint64_t>(block));
        const int64_t first = 4 * block;
        int64_t channel = first / pixels, pixel = first - channel * pixels;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (channel < channels) {
                y.row(sample * pixels + pixel)[channel] = normal(words.word[i]);
            }
            if (++pixel == pixels) {
                pixel = 0;
                channel++;
            }
        }
    });
}

}  // namespace boot

using namespace boot;

int32_t boot_noise(boot_context context, int32_t n, int32_t pixels, int32_t channels, boot_floats seeds, int32_t draw,
    boot_floats y, int64_t ldy) {
    const Elements blocks = {n, 1, quotient_up(static_cast<int64_t>(pixels) * channels, 4)};
    BOOT_LAUNCH(noise, grid_of(blocks), block_of(blocks), 0, of(context).stream, blocks, static_cast<int64_t>(pixels),
        static_cast<int64_t>(channels), at(seeds), static_cast<uint32_t>(draw), sink(y, ldy));
    return launched();
}
