/**
 * Models made ready for blocks of samples on a worker. Not exported.
 *
 * <p>Teachers: {@link io.bootdistill.internal.sampling.TeacherModel} is one as machinery sees it,
 * {@link io.bootdistill.internal.sampling.TeacherPlans} makes it ready for a block, as a network, a user's function or with
 * dynamic thresholding. A {@link io.bootdistill.internal.sampling.TrajectoryWalk} takes a block along a
 * {@link io.bootdistill.internal.sampling.Trajectory}, with what {@link io.bootdistill.internal.sampling.TrajectoryInputs} has
 * brought to the device before; {@link io.bootdistill.internal.sampling.SamplerWorkers} do so for all blocks of a call, and
 * {@link io.bootdistill.internal.sampling.PredictionPlan} predicts once.
 *
 * <p>Students: {@link io.bootdistill.internal.sampling.StudentModel}, made ready as a
 * {@link io.bootdistill.internal.sampling.StudentPlan}, which {@link io.bootdistill.internal.sampling.StudentWorkers} lend to
 * calls; {@link io.bootdistill.internal.sampling.TimeFold} makes a constant of their time.
 *
 * <p>It uses the vocabulary of {@code diffusion}, networks, devices, formats and {@code internal.work}, and knows nothing of
 * training.
 */
@NullMarked
package io.bootdistill.internal.sampling;

import org.jspecify.annotations.NullMarked;
