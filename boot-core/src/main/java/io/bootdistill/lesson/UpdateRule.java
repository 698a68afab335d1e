package io.bootdistill.lesson;


/** How a gradient changes the weights. */
public enum UpdateRule {

    /** AdamW (arXiv 1711.05101) for every parameter. */
    ADAM,

    /**
     * Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks") for the weight matrices between
     * hidden layers, {@link #ADAM} for the others: biases, norms, embeddings, weights that begin at zero, and those from or
     * to fewer than 8 channels, such as the first and the last layer. A step of a matrix is its momentum with all singular
     * values brought near 1, times 0.2·√max(rows, columns), so that it is as large as Adam's and takes the same rate and
     * weight decay (arXiv 2502.16982, §2.2); the decay follows the step. The step's size does not depend on the gradient's,
     * so that the limit of the gradient norm does not apply to it. In a checkpoint, m of a matrix is its momentum and v is 0.
     */
    MUON
}
