package io.bootdistill.device;

/**
 * The counter-based generator Philox 4×32-10 (Salmon et al., <i>Parallel Random Numbers: As Easy as 1, 2, 3</i>, SC 2011)
 * and normals from its integers.
 *
 * <p>A draw is a pure function of (seed, draw, index): no state, any order, the same bits in Java, C++ and CUDA. Normals use
 * only + − × ÷ √ on float32 in one fixed order (no contraction), so they are the same bits, too.
 */
public final class Philox {

    /** Floats that hold a seed in device memory. */
    public static final int SEED_FLOATS = 4;

    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int WEYL0 = 0x9E3779B9;
    private static final int WEYL1 = 0xBB67AE85;

    private Philox() {}

    /** Word {@code index % 4} of the block with counter (index / 4, draw, 0, 0) and key {@code seed}: 32 random bits. */
    public static int bits(long seed, int draw, long index) {
        int c0 = (int) (index >>> 2);
        int c1 = draw;
        int c2 = (int) (index >>> 34);
        int c3 = 0;
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += WEYL0;
            k1 += WEYL1;
        }
        return switch ((int) index & 3) {
            case 0 -> c0;
            case 1 -> c1;
            case 2 -> c2;
            default -> c3;
        };
    }

    /** A seed for each index of a run: 64 random bits. */
    public static long seed(long seed, int draw, long index) {
        return (long) bits(seed, draw, 2 * index) << 32 | bits(seed, draw, 2 * index + 1) & 0xFFFFFFFFL;
    }

    /** Writes a seed as {@link Kernels#noise} reads it: whole numbers of 16 bits, the lowest first. */
    public static void writeSeed(long seed, float[] target, int from) {
        for (int i = 0; i < SEED_FLOATS; i++) {
            target[from + i] = seed >>> 16 * i & 0xFFFF;
        }
    }

    /** A uniform number in [0, 1), a multiple of 2⁻³². */
    public static double uniform(long seed, int draw, long index) {
        return (bits(seed, draw, index) & 0xFFFFFFFFL) * 0x1p-32;
    }

    /** A standard normal number. */
    public static float normal(long seed, int draw, long index) {
        return normal(bits(seed, draw, index));
    }

    /**
     * The normal quantile of (bits + ½)/2³², by the rational approximations of AS 241 (Wichura 1988, PPND7), about seven
     * digits.
     */
    static float normal(int bits) {
        int magnitude = bits >= 0 ? bits : ~bits;
        float p = ((float) magnitude + 0.5f) * 0x1p-32f; // the smaller tail, in (0, ½]
        float q = 0.5f - p;
        float value;
        if (q <= 0.425f) {
            float r = 0.180625f - q * q;
            value = q * (((59.109374720f * r + 159.29113202f) * r + 50.434271938f) * r + 3.3871327179f)
                    / (((67.187563600f * r + 78.757757664f) * r + 17.895169469f) * r + 1f);
        } else {
            float r = (float) Math.sqrt(-log(p)) - 1.6f;
            value = (((0.17023821103f * r + 1.3067284816f) * r + 2.7568153900f) * r + 1.4234372777f)
                    / ((0.12021132975f * r + 0.73700164250f) * r + 1f);
        }
        return bits >= 0 ? -value : value;
    }

    /** ln p for a normal p > 0: exponent·ln 2 + 2·atanh((m − 1)/(m + 1)), m in [√½, √2). */
    private static float log(float p) {
        int raw = Float.floatToRawIntBits(p) - 0x3F3504F3; // bits of √½
        float exponent = (float) (raw >> 23);
        float m = Float.intBitsToFloat((raw & 0x7FFFFF) + 0x3F3504F3);
        float s = (m - 1f) / (m + 1f);
        float z = s * s;
        return exponent * 0.6931471806f
                + 2f * s * ((((0.1111111111f * z + 0.1428571429f) * z + 0.2f) * z + 0.3333333333f) * z + 1f);
    }
}
