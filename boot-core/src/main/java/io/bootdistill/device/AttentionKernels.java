package io.bootdistill.device;

/** Attention: a family of {@link Kernels}. */
public interface AttentionKernels {

    /** Attention: writes y and the log-sum-exp of the operands. */
    void attentionForward(int n, Attention attention, Attention.Operands operands);

    /** Gradients of q, k and v, overwritten; the operands are what {@link #attentionForward} has left. */
    void attentionBackward(int n, Attention attention, Attention.Operands operands, Attention.Gradients gradients);

    /**
     * Forward mode of {@link #attentionForward}, whose operands it reads: the derivative of y along the tangents of q, k and v.
     */
    void attentionTangent(int n, Attention attention, Attention.Operands operands, Attention.Tangents tangents);
}
