package io.bootdistill.network;

/** How a class enters a {@link UNetConfig}: not at all, by a table ({@code class_embed_type} null), as a time, or as a vector. */
public enum ClassEmbedType {
    NONE,
    LABEL,
    TIMESTEP,
    IDENTITY
}
