package io.bootdistill.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The generator against its published vectors, and the normal numbers against their distribution. */
@Tag("fast")
class PhiloxTest {

    /**
     * Known answers of the Random123 distribution (kat_vectors, philox4x32 10). {@link Philox#bits} leaves the last word of
     * the counter at zero, so the two vectors that set it check the plain implementation below, which then checks
     * {@code bits}.
     */
    @Test
    void plainImplementationHasThePublishedAnswers() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                philox(new int[4], new int[2]));
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                philox(new int[] {-1, -1, -1, -1}, new int[] {-1, -1}));
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                philox(new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, new int[] {0xa4093822, 0x299f31d0}));
    }

    @Test
    void bitsAreTheWordsOfThePlainImplementation() {
        assertEquals(0x6627e8d5, Philox.bits(0, 0, 0));
        assertEquals(0xe169c58d, Philox.bits(0, 0, 1));
        assertEquals(0xbc57ac4c, Philox.bits(0, 0, 2));
        assertEquals(0x9b00dbd8, Philox.bits(0, 0, 3));
        long[] seeds = {0, 1, -1, 0x299f31d0a4093822L, Long.MIN_VALUE};
        int[] draws = {0, 1, -1, 0x85a308d3};
        long[] blocks = {0, 1, 77, 0xFFFFFFFFL, 0x100000000L, 0x13198a2e243f6a88L & 0x3FFFFFFFFFFFFFFFL};
        for (long seed : seeds) {
            for (int draw : draws) {
                for (long block : blocks) {
                    int[] words = philox(new int[] {(int) block, draw, (int) (block >>> 32), 0},
                            new int[] {(int) seed, (int) (seed >>> 32)});
                    for (int word = 0; word < 4; word++) {
                        assertEquals(words[word], Philox.bits(seed, draw, 4 * block + word));
                    }
                }
            }
        }
    }

    /** Ten rounds as figure 2 of the paper draws them, multiplying in arbitrary width. */
    private static int[] philox(int[] counter, int[] key) {
        int[] c = counter.clone();
        int[] k = key.clone();
        for (int round = 0; round < 10; round++) {
            long product0 = Integer.toUnsignedLong(c[0]) * 0xD2511F53L;
            long product1 = Integer.toUnsignedLong(c[2]) * 0xCD9E8D57L;
            c = new int[] {
                (int) (product1 >>> 32) ^ c[1] ^ k[0], (int) product1, (int) (product0 >>> 32) ^ c[3] ^ k[1], (int) product0
            };
            k[0] += 0x9E3779B9;
            k[1] += 0xBB67AE85;
        }
        return c;
    }

    @Test
    void seedsAndUniformsComeFromTheBits() {
        Set<Long> seeds = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            assertTrue(seeds.add(Philox.seed(3, 4, i)));
            assertEquals(Philox.bits(3, 4, 2 * i), (int) (Philox.seed(3, 4, i) >>> 32));
            assertEquals(Philox.bits(3, 4, 2 * i + 1), (int) Philox.seed(3, 4, i));
            assertEquals(Integer.toUnsignedLong(Philox.bits(3, 4, i)) / 4294967296.0, Philox.uniform(3, 4, i));
        }
    }

    /** The value is the normal quantile of (u + ½)/2³², u the bits as an unsigned number, to seven digits. */
    @Test
    void normalsAreQuantiles() {
        for (long u = 0; u < 1L << 31; u = u < 4096 ? u + 1 : u + u / 512) {
            double p = (u + 0.5) * 0x1p-32;
            double x = Philox.normal((int) u);
            double error = (lowerTail(x) - p) / (Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)); // Newton's step to the quantile
            assertEquals(0, error, 8 * 0x1p-23 * Math.max(1, Math.abs(x)), () -> "quantile of " + p);
            assertEquals(-Philox.normal((int) u), Philox.normal((int) ~u)); // symmetric
        }
        assertTrue(Math.abs(Philox.normal(Integer.MAX_VALUE)) < 1e-6);
    }

    /** Φ(x) for x ≤ 0: by its series near 0, else by the continued fraction of Mills' ratio. */
    private static double lowerTail(double x) {
        double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        if (x > -3) {
            double term = x;
            double sum = 0;
            for (int k = 1; Math.abs(term) > 1e-18; k++) {
                sum += term;
                term *= x * x / (2 * k + 1);
            }
            return 0.5 + density * sum;
        }
        double fraction = -x;
        for (int k = 200; k > 0; k--) {
            fraction = -x + k / fraction;
        }
        return density / fraction;
    }

    /** Moments of 2¹⁸ numbers within five standard errors; neighbours in index, draw and seed are uncorrelated. */
    @Test
    void normalsHaveTheMomentsOfANormalDistribution() {
        int count = 1 << 18;
        double[] powers = new double[5];
        double[] products = new double[3];
        int[] below = new int[3]; // of −1, 0 and 2
        for (int i = 0; i < count; i++) {
            double x = Philox.normal(42, 7, i);
            double power = 1;
            for (int k = 1; k <= 4; k++) {
                power *= x;
                powers[k] += power / count;
            }
            products[0] += x * Philox.normal(42, 7, i + 1) / count;
            products[1] += x * Philox.normal(42, 8, i) / count;
            products[2] += x * Philox.normal(43, 7, i) / count;
            below[0] += x < -1 ? 1 : 0;
            below[1] += x < 0 ? 1 : 0;
            below[2] += x < 2 ? 1 : 0;
        }
        double unit = 5 / Math.sqrt(count);
        assertEquals(0, powers[1], unit);
        assertEquals(1, powers[2], unit * Math.sqrt(2));
        assertEquals(0, powers[3], unit * Math.sqrt(15));
        assertEquals(3, powers[4], unit * Math.sqrt(96));
        for (double product : products) {
            assertEquals(0, product, unit);
        }
        double[] expected = {0.15865525393145707, 0.5, 0.9772498680518208};
        for (int i = 0; i < 3; i++) {
            assertEquals(expected[i], (double) below[i] / count, unit * Math.sqrt(expected[i] * (1 - expected[i])));
        }
    }
}
