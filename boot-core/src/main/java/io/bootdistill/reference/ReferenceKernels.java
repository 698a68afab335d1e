package io.bootdistill.reference;

/** All operations of the reference device, family by family. Holds no state. */
final class ReferenceKernels
        implements ReferenceTransfers,
                ReferenceConvolution,
                ReferenceLinear,
                ReferenceNormalisation,
                ReferenceLayerNorm,
                ReferenceActivation,
                ReferenceRows,
                ReferenceAttention,
                ReferenceResize,
                ReferenceEmbedding,
                ReferenceTokens,
                ReferenceSignal,
                ReferenceOptimiser {

    @Override
    public void close() {
        // Nothing is held.
    }
}
