package io.bootdistill.network;

/** How a {@link UNetConfig} embeds the time: {@code time_embedding_type}. */
public enum TimeEmbeddingType {
    POSITIONAL,
    FOURIER
}
