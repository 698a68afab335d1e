package io.bootdistill.internal.natives;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.device.Patches;
import io.bootdistill.device.RowPlace;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Rows of tokens that are added, placed, cut out of images, or looked for in a table. */
interface NativeTokens extends NativeContext {

    @Override
    default void addRowsForward(int n, int rows, Tensor x, Slice p, Tensor y) {
        requirePositive("n", n);
        requirePositive("rows", rows);
        int channels = y.channels();
        requireOk("addRowsForward", BootNative.boot_add_rows_forward(
                context(), n, rows, channels,
                address("x", x, (long) n * rows, channels), stride(x),
                address("p", p, (long) rows * channels),
                address("y", y, (long) n * rows, channels), stride(y)));
    }

    @Override
    default void addRowsBackward(int n, int rows, Tensor dy, Slice dp, boolean accumulate) {
        requirePositive("n", n);
        requirePositive("rows", rows);
        int channels = dy.channels();
        requireOk("addRowsBackward", BootNative.boot_add_rows_backward(
                context(), n, rows, channels,
                address("dy", dy, (long) n * rows, channels), stride(dy),
                address("dp", dp, (long) rows * channels),
                accumulate ? 1 : 0));
    }

    @Override
    default void placeRows(int n, RowPlace place, Tensor x, Tensor base, Tensor y) {
        requirePositive("n", n);
        int channels = y.channels();
        long targetRows = (long) n * place.targetRows();
        requireOk("placeRows", BootNative.boot_place_rows(
                context(), n, place.count(), place.sourceRows(), place.from(), place.targetRows(), place.to(), channels,
                address("x", x, (long) n * place.sourceRows(), channels), stride(x),
                optional("base", base, targetRows, channels), stride(base),
                address("y", y, targetRows, channels), stride(y)));
    }

    @Override
    default void patchify(int n, Patches patches, Tensor x, Tensor base, Tensor y) {
        requirePositive("n", n);
        long tokens = (long) n * patches.tokens();
        requireOk("patchify", BootNative.boot_patchify(
                context(), n, patches.height(), patches.width(), patches.channels(), patches.size(),
                patches.channelsFirst() ? 1 : 0,
                address("x", x, (long) n * patches.pixels(), patches.channels()), stride(x),
                optional("base", base, tokens, patches.tokenChannels()), stride(base),
                address("y", y, tokens, patches.tokenChannels()), stride(y)));
    }

    @Override
    default void unpatchify(int n, Patches patches, Tensor x, Tensor base, Tensor y) {
        requirePositive("n", n);
        long pixels = (long) n * patches.pixels();
        requireOk("unpatchify", BootNative.boot_unpatchify(
                context(), n, patches.height(), patches.width(), patches.channels(), patches.size(),
                patches.channelsFirst() ? 1 : 0,
                address("x", x, (long) n * patches.tokens(), patches.tokenChannels()), stride(x),
                optional("base", base, pixels, patches.channels()), stride(base),
                address("y", y, pixels, patches.channels()), stride(y)));
    }

    @Override
    default void nearestCode(long rows, int codes, Tensor x, Slice table, Tensor y) {
        requirePositive("rows", rows);
        requirePositive("codes", codes);
        int channels = y.channels();
        requireOk("nearestCode", BootNative.boot_nearest_code(
                context(), rows, codes, channels,
                address("x", x, rows, channels), stride(x),
                address("table", table, (long) codes * channels),
                address("y", y, rows, channels), stride(y)));
    }
}
