package io.bootdistill.phase;

/**
 * What a lesson is made with besides its stages.
 *
 * @param walks how walks are made
 * @param weighting of noise levels
 * @param pairs noises that there are; 0: each is new
 * @param loss of the elements of an error
 */
record PhaseOptions(Walks walks, SnrWeighting weighting, int pairs, PixelLoss loss) {}
