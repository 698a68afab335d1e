package io.bootdistill.internal.training;

/** Losses and figures of a training step. */
public record Step(double loss, double bootstrap, double boundary, double gradientNorm, double rate, double delta) {}
