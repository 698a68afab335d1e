/**
 * The seam between what a network is taught and what trains it. A {@link io.bootdistill.lesson.Lesson} draws the samples of a
 * step, takes their blocks to a gradient, and says how large the loss was; whoever trains makes a
 * {@link io.bootdistill.lesson.Classroom}, runs the lessons of a step on its {@link io.bootdistill.lesson.Worker}s, sums their
 * gradients and updates the weights as {@link io.bootdistill.lesson.OptimiserConfig} says.
 *
 * <p>What lessons are made with: a {@link io.bootdistill.lesson.RowTable} of the numbers of a step's rows, which lie in
 * {@link io.bootdistill.lesson.Blocks}; in it {@link io.bootdistill.lesson.SampleColumns}, noise, condition and scale of each
 * sample; and {@link io.bootdistill.lesson.BlockLoss}, the squared error and its gradient. A lesson from outside the library has
 * all that those of the library have.
 *
 * <p>Random numbers come from the {@link io.bootdistill.lesson.Stream}s of the run's seed, so that a step is a function of
 * (seed, step): no worker, and nothing drawn before, changes it.
 *
 * <p>Uses devices, networks and the vocabulary of diffusion. Knows no lesson, no trainer and no configuration of a run.
 */
@NullMarked
package io.bootdistill.lesson;

import org.jspecify.annotations.NullMarked;
