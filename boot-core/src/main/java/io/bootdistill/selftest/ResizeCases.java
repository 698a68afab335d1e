package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;

import io.bootdistill.device.Kernel;
import java.util.ArrayList;
import java.util.List;

/** Cases of doubling and halving. */
final class ResizeCases {

    private static final int[][] SHAPES = { // n, small height, small width, channels
        {1, 1, 1, 1}, {2, 1, 2, 3}, {3, 5, 7, 5}, {1, 13, 2, 17}, {2, 4, 4, 16}, {1, 3, 8, 15}, {2, 7, 6, 32}, {1, 8, 8, 128},
    };

    private ResizeCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : SHAPES) {
            for (boolean strided : new boolean[] {false, true}) {
                cases.add(upsampleForward(s[0], s[1], s[2], s[3], strided));
                cases.add(downsampleForward(s[0], s[1], s[2], s[3], strided));
            }
            for (Addend base : Addend.values()) {
                boolean strided = (s[3] + base.ordinal()) % 2 == 0;
                cases.add(upsampleBackward(s[0], s[1], s[2], s[3], base, strided));
                cases.add(downsampleBackward(s[0], s[1], s[2], s[3], base, strided));
            }
        }
        return cases;
    }

    /** The doublings of the bundled teacher, and halvings of their sizes. */
    static List<OperationCase> network() {
        List<OperationCase> cases = new ArrayList<>();
        for (int size : new int[] {4, 8}) {
            cases.add(upsampleForward(8, size, size, 64, false));
            cases.add(upsampleBackward(8, size, size, 64, Addend.NONE, false));
            cases.add(downsampleForward(8, size, size, 64, false));
            cases.add(downsampleBackward(8, size, size, 64, Addend.NONE, false));
        }
        return cases;
    }

    /** Doubling. */
    static OperationCase upsampleForward(int n, int height, int width, int channels, boolean strided) {
        return OperationCase.of(Kernel.UPSAMPLE_FORWARD, describe(n, height, width, channels), n, strided)
                .tensor(INPUT, "x", height * width, channels)
                .tensor(OUTPUT, "y", 4 * height * width, channels)
                .exact()
                .calls((k, o) -> k.upsampleForward(o.n(), height, width, o.tensor("x"), o.tensor("y")));
    }

    /** Its gradient. */
    static OperationCase upsampleBackward(
            int n, int height, int width, int channels, Addend base, boolean strided) {
        String description = describe(n, height, width, channels) + base.describe("base");
        return OperationCase.of(Kernel.UPSAMPLE_BACKWARD, description, n, strided)
                .tensor(INPUT, "dy", 4 * height * width, channels)
                .sum("dx", base, "base", height * width, channels)
                .length(5)
                .calls((k, o) -> k.upsampleBackward(
                        o.n(), height, width, o.tensor("dy"), base.of(o, "base", "dx"), o.tensor("dx")))
                .tensor(INPUT, "x", height * width, channels)
                .tensor(DERIVED, "y", 4 * height * width, channels)
                .differentiates((k, o) -> k.upsampleForward(o.n(), height, width, o.tensor("x"), o.tensor("y")), "x");
    }

    /** Halving. */
    static OperationCase downsampleForward(int n, int height, int width, int channels, boolean strided) {
        return OperationCase.of(Kernel.DOWNSAMPLE_FORWARD, describe(n, height, width, channels), n, strided)
                .tensor(INPUT, "x", 4 * height * width, channels)
                .tensor(OUTPUT, "y", height * width, channels)
                .length(4)
                .calls((k, o) -> k.downsampleForward(o.n(), height, width, o.tensor("x"), o.tensor("y")));
    }

    /** Its gradient. */
    static OperationCase downsampleBackward(
            int n, int height, int width, int channels, Addend base, boolean strided) {
        String description = describe(n, height, width, channels) + base.describe("base");
        return OperationCase.of(Kernel.DOWNSAMPLE_BACKWARD, description, n, strided)
                .tensor(INPUT, "dy", height * width, channels)
                .sum("dx", base, "base", 4 * height * width, channels)
                .calls((k, o) -> k.downsampleBackward(
                        o.n(), height, width, o.tensor("dy"), base.of(o, "base", "dx"), o.tensor("dx")))
                .tensor(INPUT, "x", 4 * height * width, channels)
                .tensor(DERIVED, "y", height * width, channels)
                .differentiates((k, o) -> k.downsampleForward(o.n(), height, width, o.tensor("x"), o.tensor("y")), "x");
    }

    private static String describe(int n, int height, int width, int channels) {
        return n + "×" + height + "×" + width + "×" + channels;
    }
}
