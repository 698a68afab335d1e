package io.bootdistill.device;

/** What networks are made of, family by family. */
public interface NetworkKernels
        extends ConvolutionKernels,
                LinearKernels,
                NormalisationKernels,
                ActivationKernels,
                RowKernels,
                AttentionKernels,
                ResizeKernels,
                EmbeddingKernels,
                TokenKernels {}
