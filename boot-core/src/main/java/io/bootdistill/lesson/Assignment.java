package io.bootdistill.lesson;

/**
 * The part of a run that a lesson has.
 *
 * @param first its first step
 * @param steps their number, at least 1
 * @param weighting how its residuals are weighted
 */
public record Assignment(long first, long steps, ResidualWeighting weighting) {}
