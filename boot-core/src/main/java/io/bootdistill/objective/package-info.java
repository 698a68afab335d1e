/**
 * What students are trained towards. An {@link io.bootdistill.objective.Objective} is a record of its options that makes a
 * lesson: {@link io.bootdistill.objective.Trajectories}, the default; {@link io.bootdistill.objective.Bootstrap}, the paper's;
 * {@link io.bootdistill.objective.Derivative}, its limit; {@link io.bootdistill.objective.Pinn}, for comparison.
 *
 * <p>Each step can be read from noise to a gradient in the {@code learn} of one class: {@code BootstrapLesson}, {@code
 * TrajectoryLesson}, {@code DerivativeLesson} and {@code PinnLesson}. What a step draws on the host is in a class of
 * {@code …Draws} beside it. A {@code StudentForm} says what the student reads and how its output becomes its signal.
 *
 * <p>Uses the seam of lessons and the machinery of sampling; knows no trainer and no run.
 */
@NullMarked
package io.bootdistill.objective;

import org.jspecify.annotations.NullMarked;
