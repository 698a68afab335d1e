/**
 * Distribution matching beside what a run teaches: a {@link io.bootdistill.matching.Corrector} moves the distribution of the
 * student's samples towards the teacher's. Its options are records here as well: {@link io.bootdistill.matching.Matching}, how far
 * the gradient goes; {@link io.bootdistill.matching.OnlineSamples} and {@link io.bootdistill.matching.OnlineWeights}, what an
 * online network learns from and what it is made of.
 *
 * <p>Each step can be read from noise to a gradient in the {@code learn} of one class: {@code CorrectorLesson} and, where the
 * online network has samples of its own, {@code OnlineLesson} and {@code MatchingLesson}. A {@code Mover} turns a student's sample
 * into what it is moved towards.
 *
 * <p>Uses the seam of lessons, the machinery of sampling and what an objective says of its samples; knows no trainer and no run.
 */
@NullMarked
package io.bootdistill.matching;

import org.jspecify.annotations.NullMarked;
