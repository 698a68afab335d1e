package io.bootdistill.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes whose products leave the numbers that count them, which would pass each check of memory, wrapped around. */
@Tag("fast")
class ShapesTest {

    private static final int ROOT = 1 << 16; // its square is 2³²: 0 in 32 bits

    static Stream<Arguments> tooLarge() {
        return Stream.of(
                shape("height × width × upsample²", () -> Conv.same(ROOT, ROOT, 1, 1)),
                shape("height × width × upsample²", () -> Conv.doubling(ROOT / 2, ROOT / 2, 1, 1)),
                shape("height × width × upsample²", () -> Conv.halving(ROOT, ROOT, 1, 1, 1)),
                shape("heads × headSize", () -> new Attention(1, 1, ROOT, ROOT)),
                shape("heads × queries", () -> new Attention(ROOT, 1, ROOT, 1)),
                shape("heads × keys", () -> new Attention(1, ROOT, ROOT, 1)),
                shape("2 × groups", () -> new GroupNorm(1, 1 << 30, 1 << 30, 1e-5f, Activation.NONE)),
                shape("2 × pixels", () -> new LayerNorm(1 << 30, 1, 1e-5f)),
                shape("height × width × channels", () -> new Patches(ROOT, ROOT, 1, 1, true)),
                shape("2 × half", () -> new TimeEmbedding(1 << 30, false, false)));
    }

    private static Arguments shape(String product, Executable making) {
        return Arguments.of(product, making);
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void productsAreBounded(String product, Executable making) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, making);
        assertTrue(refused.getMessage().startsWith(product + " is "), refused.getMessage());
        assertTrue(refused.getMessage().endsWith(", must be at most 2147483647"), refused.getMessage());
    }

    @Test
    void largestShapesAreNot() {
        assertEquals(Integer.MAX_VALUE, Conv.same(Integer.MAX_VALUE, 1, 1, 1).outPixels());
        assertEquals(9L * Integer.MAX_VALUE, Conv.same(1, 1, 1, Integer.MAX_VALUE).weights());
    }

    /** Weights are counted in 64 bits, which those of a matrix never leave, but those of a convolution can. */
    @Test
    void weightsAreCountedInFull() {
        assertEquals(1L << 32, new Linear(ROOT, ROOT).weights());
        assertEquals((long) Integer.MAX_VALUE * Integer.MAX_VALUE, new Linear(Integer.MAX_VALUE, Integer.MAX_VALUE).weights());
        assertEquals(9L << 32, Conv.same(1, 1, ROOT, ROOT).weights());
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Conv.same(1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertTrue(refused.getMessage().startsWith("9 × in × out is "), refused.getMessage());
    }

    /** Rows that no memory holds, and products of rows that have wrapped around, are never "enough". */
    @Test
    void rowsOfATensor() {
        Device device = Devices.named("reference");
        try (DeviceMemory memory = device.allocate(12)) {
            Tensor tensor = new Tensor(memory.slice(), 3, 4);
            assertDoesNotThrow(() -> tensor.require("x", 3, 3));
            assertThrows(IllegalArgumentException.class, () -> tensor.require("x", 4, 3));
            for (long rows : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / 4 + 2, 1L << 62}) {
                assertThrows(IllegalArgumentException.class, () -> tensor.require("x", rows, 3), "rows " + rows);
            }
            assertThrows(IllegalArgumentException.class, () -> memory.slice().require("x", Long.MIN_VALUE));
        }
    }
}
