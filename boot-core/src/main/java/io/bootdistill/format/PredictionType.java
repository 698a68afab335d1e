package io.bootdistill.format;

/** What the network predicts: ε, v = α ε − σ x₀, or x₀. */
public enum PredictionType {
    EPSILON,
    V_PREDICTION,
    SAMPLE
}
