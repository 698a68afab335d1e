package io.bootdistill.selftest;

import static io.bootdistill.selftest.Operand.Role.DERIVED;
import static io.bootdistill.selftest.Operand.Role.INPUT;
import static io.bootdistill.selftest.Operand.Role.OUTPUT;
import static io.bootdistill.selftest.Operand.Role.UPDATED;

import io.bootdistill.device.Kernel;
import io.bootdistill.device.Patches;
import io.bootdistill.device.Philox;
import io.bootdistill.device.RowPlace;
import io.bootdistill.selftest.Operand.Values;
import java.util.ArrayList;
import java.util.List;

/** Cases of rows that are added, placed, cut out of images, or looked for in a table. */
final class TokenCases {

    private static final int[][] ADDED = { // n, rows, channels
        {1, 1, 1}, {2, 1, 2}, {3, 7, 5}, {2, 77, 17}, {1, 16, 16}, {13, 2, 33}, {5, 15, 64},
    };
    private static final int[][] PLACED = { // n, count, rows of the source, from, rows of the target, to, channels
        {1, 1, 1, 0, 1, 0, 1}, {2, 1, 2, 1, 3, 0, 2}, {3, 5, 5, 0, 12, 7, 5}, {3, 7, 12, 0, 7, 0, 17}, {2, 16, 17, 1, 33, 15, 16},
        {1, 77, 77, 0, 93, 0, 31},
    };
    private static final int[][] PATCHES = { // n, height, width, channels, size
        {1, 1, 1, 1, 1}, {2, 2, 2, 1, 2}, {1, 4, 6, 3, 2}, {3, 3, 9, 5, 3}, {2, 8, 8, 4, 2}, {1, 10, 4, 17, 2}, {1, 16, 16, 3, 8},
    };
    private static final int[][] CODES = { // n, rows, codes, channels
        {1, 1, 1, 1}, {2, 3, 2, 1}, {3, 7, 5, 3}, {2, 5, 17, 4}, {1, 16, 16, 16}, {2, 15, 255, 3}, {1, 3, 257, 5}, {1, 33, 1024, 4},
        {2, 2, 16_384, 4}, {1, 5, 31, 33}, {1, 2, 64, 256},
    };

    private TokenCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] s : ADDED) {
            for (boolean strided : new boolean[] {false, true}) {
                cases.add(addRowsForward(s[0], s[1], s[2], strided ? Addend.OUTPUT : Addend.OTHER, strided));
                cases.add(addRowsForward(s[0], s[1], s[2], strided ? Addend.OTHER : Addend.OUTPUT, strided));
                cases.add(addRowsBackward(s[0], s[1], s[2], s[0] % 2 == 0 == strided, strided));
            }
        }
        for (int[] s : PLACED) {
            for (Addend base : Addend.values()) {
                boolean strided = (s[6] + base.ordinal()) % 2 == 0;
                cases.add(placeRows(s[0], new RowPlace(s[1], s[2], s[3], s[4], s[5]), s[6], base, strided));
            }
        }
        for (int[] s : PATCHES) {
            for (Addend base : Addend.values()) {
                for (boolean channelsFirst : new boolean[] {false, true}) {
                    Patches patches = new Patches(s[1], s[2], s[3], s[4], channelsFirst);
                    boolean strided = (s[3] + base.ordinal()) % 2 == 0 == channelsFirst;
                    cases.add(patchify(s[0], patches, base, strided));
                    cases.add(unpatchify(s[0], patches, base, !strided));
                }
            }
        }
        for (int[] s : CODES) {
            for (boolean ties : new boolean[] {false, true}) {
                cases.add(nearestCode(s[0], s[1], s[2], s[3], ties, s[2] % 2 == 0 == ties));
            }
        }
        return cases;
    }

    /** Eight texts and their pictures of 8×8, eight pictures of DiT, and the codes of a latent picture. */
    static List<OperationCase> network() {
        return List.of(
                addRowsForward(8, 77, 768, Addend.OUTPUT, false),
                addRowsBackward(8, 77, 768, true, false),
                placeRows(8, new RowPlace(77, 77, 0, 141, 0), 768, Addend.NONE, false),
                patchify(8, new Patches(32, 32, 4, 2, true), Addend.NONE, false),
                unpatchify(8, new Patches(32, 32, 8, 2, false), Addend.NONE, false),
                nearestCode(1, 4096, 8192, 3, false, false));
    }

    /** The same rows for each sample, added to another tensor or to what y holds. */
    static OperationCase addRowsForward(int n, int rows, int channels, Addend x, boolean strided) {
        return OperationCase.of(Kernel.ADD_ROWS_FORWARD, n + "×" + rows + "×" + channels + x.describe("x"), n, strided)
                .shared(INPUT, "p", (long) rows * channels)
                .sum("y", x, "x", rows, channels)
                .calls((k, o) -> k.addRowsForward(o.n(), rows, x.of(o, "x", "y"), o.slice("p"), o.tensor("y")));
    }

    /** The gradient of the rows. */
    static OperationCase addRowsBackward(int n, int rows, int channels, boolean accumulate, boolean strided) {
        String description = n + "×" + rows + "×" + channels + (accumulate ? " accumulate" : "");
        return OperationCase.of(Kernel.ADD_ROWS_BACKWARD, description, n, strided)
                .tensor(INPUT, "dy", rows, channels)
                .shared(accumulate ? UPDATED : OUTPUT, "dp", (long) rows * channels)
                .length(n + 1)
                .calls((k, o) -> k.addRowsBackward(o.n(), rows, o.tensor("dy"), o.slice("dp"), accumulate))
                .shared(INPUT, "p", (long) rows * channels)
                .tensor(INPUT, "x", rows, channels)
                .tensor(DERIVED, "y", rows, channels)
                .differentiates((k, o) -> k.addRowsForward(o.n(), rows, o.tensor("x"), o.slice("p"), o.tensor("y")), "p");
    }

    /** Rows from here to there; the others of y stay. */
    static OperationCase placeRows(int n, RowPlace place, int channels, Addend base, boolean strided) {
        String description = n + "×" + place.count() + "×" + channels + " from " + place.from() + " of " + place.sourceRows()
                + " to " + place.to() + " of " + place.targetRows() + base.describe("base");
        OperationCase operation = OperationCase.of(Kernel.PLACE_ROWS, description, n, strided)
                .tensor(INPUT, "x", place.sourceRows(), channels)
                .tensor(UPDATED, "y", place.targetRows(), channels)
                .calls((k, o) -> k.placeRows(o.n(), place, o.tensor("x"), base.of(o, "base", "y"), o.tensor("y")));
        if (base == Addend.OTHER) {
            operation.tensor(INPUT, "base", place.targetRows(), channels);
        }
        return base == Addend.NONE ? operation.exact() : operation;
    }

    /** An image in patches. */
    static OperationCase patchify(int n, Patches patches, Addend base, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.PATCHIFY, describe(n, patches, base), n, strided)
                .tensor(INPUT, "x", patches.pixels(), patches.channels())
                .sum("y", base, "base", patches.tokens(), patches.tokenChannels())
                .calls((k, o) -> k.patchify(o.n(), patches, o.tensor("x"), base.of(o, "base", "y"), o.tensor("y")));
        return base == Addend.NONE ? operation.exact() : operation;
    }

    /** Patches as an image. */
    static OperationCase unpatchify(int n, Patches patches, Addend base, boolean strided) {
        OperationCase operation = OperationCase.of(Kernel.UNPATCHIFY, describe(n, patches, base), n, strided)
                .tensor(INPUT, "x", patches.tokens(), patches.tokenChannels())
                .sum("y", base, "base", patches.pixels(), patches.channels())
                .calls((k, o) -> k.unpatchify(o.n(), patches, o.tensor("x"), base.of(o, "base", "y"), o.tensor("y")));
        return base == Addend.NONE ? operation.exact() : operation;
    }

    private static String describe(int n, Patches patches, Addend base) {
        return n + "×" + patches.height() + "×" + patches.width() + "×" + patches.channels() + " in " + patches.size() + "×"
                + patches.size() + (patches.channelsFirst() ? " channels first" : "") + base.describe("base");
    }

    /** The nearest rows of a table; with ties small whole numbers, so that many are equally near, to the bit. */
    static OperationCase nearestCode(int n, int rows, int codes, int channels, boolean ties, boolean strided) {
        Values whole = (seed, draw, i) -> Math.round(2 * Philox.normal(seed, draw, i));
        Values values = ties ? whole : Philox::normal;
        String description = n + "×" + rows + "×" + channels + " of " + codes + (ties ? " ties" : "");
        return OperationCase.of(Kernel.NEAREST_CODE, description, n, strided)
                .tensor(INPUT, "x", rows, channels, values)
                .shared(INPUT, "table", (long) codes * channels, values)
                .tensor(OUTPUT, "y", rows, channels)
                .exact()
                .calls((k, o) -> k.nearestCode((long) o.n() * rows, codes, o.tensor("x"), o.slice("table"), o.tensor("y")));
    }
}
