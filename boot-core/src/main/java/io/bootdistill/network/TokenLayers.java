package io.bootdistill.network;

import io.bootdistill.device.Attention;
import io.bootdistill.device.Linear;
import io.bootdistill.device.Patches;
import io.bootdistill.device.RowPlace;
import org.jspecify.annotations.Nullable;

/**
 * Layers over rows of tokens, by {@link GraphBuilder#tokens()}: each method adds an operation and returns its value. The tokens
 * of a value are its pixels, row after row.
 */
public final class TokenLayers {

    private final GraphParts parts;

    TokenLayers(GraphParts parts) {
        this.parts = parts;
    }

    /**
     * A row of the table {@code name.weight} for each id.
     *
     * @param ids whole numbers below {@code rows}, one after another: one row of them, or one per token
     * @param rows of the table
     * @throws IllegalArgumentException if the ids are a part of another value
     */
    public Value embedding(String name, Value ids, int rows, int channels) {
        if (ids.parent() != null) {
            throw new IllegalArgumentException("ids is a part of another value, must be one of its own");
        }
        Value y = parts.value(1, ids.pixels() * ids.channels, channels);
        parts.operations.add(
                new EmbeddingOperation(rows, null, ids, y, parts.layout.table(name + ".weight", rows, channels)));
        return y;
    }

    /** x and, for each of its tokens, a trained row of the table {@code name.weight}. */
    public Value positions(String name, Value x) {
        return addRows(x, parts.layout.table(name + ".weight", x.pixels(), x.channels));
    }

    /**
     * x and the same rows for each sample, which follow from the configuration.
     *
     * @param rows row after row
     * @throws IllegalArgumentException unless there is a value for each of x
     */
    public Value addRows(Value x, float[] rows) {
        if (rows.length != x.pixels() * x.channels) {
            throw new IllegalArgumentException(
                    "rows has " + rows.length + " values, must have " + x.pixels() + "×" + x.channels);
        }
        return addRows(x, parts.layout.computed(rows));
    }

    private Value addRows(Value x, Operation.Block rows) {
        Value y = parts.like(x);
        parts.operations.add(new AddRowsOperation(x, y, rows));
        return y;
    }

    /** Attention of q over k and v in which token i sees the tokens up to i alone; {@code mask} may be null. */
    public Value causalAttention(Value q, Value k, Value v, @Nullable Value mask, int heads) {
        Value y = parts.like(q);
        parts.operations.add(new AttentionOperation(
                new Attention(q.pixels(), k.pixels(), heads, q.channels / heads, true), q, k, v, mask, y));
        return y;
    }

    /**
     * The tokens of a, then those of b.
     *
     * @throws IllegalArgumentException if they have not as many channels
     */
    public Value join(Value a, Value b) {
        if (a.channels != b.channels) {
            throw new IllegalArgumentException("a has " + a.channels + " channels and b " + b.channels + ", must be equal");
        }
        int rows = a.pixels() + b.pixels();
        Value y = parts.value(1, rows, a.channels);
        parts.operations.add(new JoinOperation(
                a, new RowPlace(a.pixels(), a.pixels(), 0, rows, 0), b, new RowPlace(b.pixels(), b.pixels(), 0, rows, a.pixels()),
                y));
        return y;
    }

    /**
     * A linear layer over the patches of an image, a token of each: a convolution whose stride is its size, with the weight
     * [out][channels][size][size].
     *
     * @param size divides height and width
     */
    public Value patchEmbedding(String name, Value image, int size, int out) {
        Value patches = patchify(image, size, true);
        Value y = parts.value(patches.height, patches.width, out);
        parts.operations.add(new LinearOperation(
                new Linear(patches.channels, out), patches, null, y,
                parts.layout.patches(name + ".weight", image.channels, size, out),
                parts.layout.bias(name + ".bias", out, patches.channels)));
        return y;
    }

    /**
     * The patches of an image as tokens, in row-major order.
     *
     * @param size divides height and width
     * @param channelsFirst the order of a token's values: see {@link Patches}
     */
    public Value patchify(Value image, int size, boolean channelsFirst) {
        Patches patches = new Patches(image.height, image.width, image.channels, size, channelsFirst);
        Value y = parts.value(image.height / size, image.width / size, patches.tokenChannels());
        parts.operations.add(new PatchOperation(patches, true, image, y));
        return y;
    }

    /**
     * The inverse of {@link #patchify}.
     *
     * @param tokens with the height and width of the image in patches
     * @throws IllegalArgumentException if the channels are no multiple of size²
     */
    public Value unpatchify(Value tokens, int size, boolean channelsFirst) {
        int channels = tokens.channels / (size * size);
        if (channels * size * size != tokens.channels) {
            throw new IllegalArgumentException("tokens has " + tokens.channels + " channels, must be a multiple of " + size + "²");
        }
        Patches patches = new Patches(tokens.height * size, tokens.width * size, channels, size, channelsFirst);
        Value y = parts.value(patches.height(), patches.width(), channels);
        parts.operations.add(new PatchOperation(patches, false, tokens, y));
        return y;
    }

    /**
     * Each pixel becomes the nearest row of the table {@code name.weight}, which is a constant of the checkpoint. Derivatives
     * pass straight through: those of the result are those of x.
     *
     * @param codes rows of the table
     */
    public Value nearestCode(String name, Value x, int codes) {
        Value y = parts.like(x);
        parts.operations.add(new NearestCodeOperation(
                codes, x, y, parts.layout.constantTable(name + ".weight", codes, x.channels)));
        return y;
    }
}
