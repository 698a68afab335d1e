package io.bootdistill.examples.ruler;

/**
 * What was measured against real images.
 *
 * @param frechet Fréchet distance
 * @param precision share of the samples that are like an image
 * @param recall share of the images that are like a sample
 * @param accuracy share of the samples in which the classifier finds the label
 */
public record Figures(double frechet, double precision, double recall, double accuracy) {}
