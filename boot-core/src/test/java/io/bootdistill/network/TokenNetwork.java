package io.bootdistill.network;

import java.util.List;

/** A small transformer: text by causal attention, patches of an image, the time as a token, and attention over all of them. */
record TokenNetwork() implements Network {

    static final int WORDS = 5;
    static final int LENGTH = 3;

    /** The words of {@link TangentRun#N} samples; some repeat. */
    static final float[] IDS = {1, 2, 1, 4, 0, 0};

    @Override
    public ImageShape input() {
        return new ImageShape(2, 4, 6);
    }

    @Override
    public int outputChannels() {
        return 2;
    }

    @Override
    public List<String> scalars() {
        return List.of("t");
    }

    @Override
    public ConditionShape condition() {
        return new ConditionShape.Vector(LENGTH); // the ids of the words
    }

    @Override
    public Value describe(GraphBuilder graph) {
        TokenLayers tokens = graph.tokens();
        Value words = tokens.positions("position", tokens.embedding("token", graph.condition(), WORDS, 6));
        Value parts = graph.linears(List.of("q", "k", "v"), new int[] {6, 6, 6}, words);
        Value text = graph.linear("text", tokens.causalAttention(
                graph.columns(parts, 0, 6), graph.columns(parts, 6, 6), graph.columns(parts, 12, 6), null, 2), 6, words);
        Value time = graph.linear("time", graph.timeEmbedding(graph.scalar("t"), new float[] {1, 0.5f}, true), 6, null);
        float[] rows = new float[36];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) Math.sin(i);
        }
        Value image = tokens.addRows(tokens.patchEmbedding("image", graph.x(), 2, 6), rows);
        Value all = tokens.join(tokens.join(text, time), image); // the image is read by the attention, too
        Value keys = graph.linears(List.of("keys", "values"), new int[] {6, 6}, all);
        Value seen = graph.attention(graph.linear("queries", image, 6, null),
                graph.columns(keys, 0, 6), graph.columns(keys, 6, 6), null, 3);
        return tokens.unpatchify(graph.linear("out", seen, 8, null), 2, false);
    }
}
