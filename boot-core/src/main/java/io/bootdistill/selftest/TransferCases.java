package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;

import io.bootdistill.device.Kernel;
import java.util.ArrayList;
import java.util.List;

/** Cases of fill and of the affine copy. */
final class TransferCases {

    private static final int[][] SHAPES = { // n, rows per sample, channels
        {1, 1, 1}, {2, 1, 2}, {3, 5, 7}, {1, 13, 4}, {2, 16, 16}, {1, 6, 17}, {2, 49, 33}, {1, 3, 256},
    };

    private TransferCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int length : new int[] {1, 7, 16, 1000}) {
            cases.add(fill(length, 0, false));
            cases.add(fill(length, -1.25f, true));
        }
        for (int i = 0; i < SHAPES.length; i++) {
            int[] s = SHAPES[i];
            for (Addend base : Addend.values()) {
                boolean strided = (i + base.ordinal()) % 2 == 1;
                cases.add(affine(s[0], s[1], s[2], 1, 0, base, strided));
                cases.add(affine(s[0], s[1], s[2], -0.3f, i % 2 == 0 ? 0 : 2.5f, base, !strided));
            }
        }
        return cases;
    }

    /** Blocks of the bundled teacher's activations. */
    static List<OperationCase> network() {
        return List.of(
                fill(8 * 256 * 32, 0, false),
                affine(8, 1, 128, 1, 0, Addend.NONE, false),
                affine(8, 256, 1, 1, 0, Addend.NONE, false),
                affine(8, 256, 32, 1, 0, Addend.OTHER, false),
                affine(8, 16, 64, 1, 0, Addend.OTHER, false));
    }

    /** A constant. */
    static OperationCase fill(int length, float value, boolean strided) {
        return OperationCase.of(Kernel.FILL, length + " with " + value, 1, strided)
                .shared(OUTPUT, "target", length)
                .exact()
                .calls((k, o) -> k.fill(o.slice("target"), value));
    }

    /** A copy, a sum, or a multiple. */
    static OperationCase affine(
            int n, int rows, int channels, float factor, float offset, Addend base, boolean strided) {
        String description = n + "×" + rows + "×" + channels + " ×" + factor + " +" + offset + base.describe("base");
        return OperationCase.of(Kernel.AFFINE, description, n, strided)
                .tensor(INPUT, "x", rows, channels)
                .sum("y", base, "base", rows, channels)
                .length(2)
                .calls((k, o) -> k.affine((long) o.n() * rows, o.tensor("x"), factor, offset, base.of(o, "base", "y"),
                        o.tensor("y")));
    }
}
