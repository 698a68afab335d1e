/**
 * The vocabulary of diffusion: values and contracts that everything else speaks in.
 *
 * <p>What a model is: {@link io.bootdistill.diffusion.NoiseSchedule} with its kinds, what an output means,
 * {@link io.bootdistill.diffusion.Prediction}, and the path from noise to sample, {@link io.bootdistill.diffusion.SignalOde}.
 * Contracts for users to implement: {@link io.bootdistill.diffusion.Denoiser}, {@link io.bootdistill.diffusion.ImageSource},
 * {@link io.bootdistill.diffusion.CaptionedImages},
 * {@link io.bootdistill.diffusion.ConditionSource}, {@link io.bootdistill.diffusion.Decoder} and
 * {@link io.bootdistill.diffusion.StateListener}. What is asked of a sampler: {@link io.bootdistill.diffusion.SampleRequest},
 * {@link io.bootdistill.diffusion.Guidance}, {@link io.bootdistill.diffusion.FewSteps}. For lessons, a teacher that is ready to be called for a block of samples on a
 * device: {@link io.bootdistill.diffusion.TeacherPlan} and its {@link io.bootdistill.diffusion.BlockInputs}; the numbers of a
 * step are written by {@link io.bootdistill.diffusion.SignalRow}, what a student's output means by
 * {@link io.bootdistill.diffusion.Head}.
 *
 * <p>It uses devices, formats and networks, and knows neither who trains nor who samples. Its types do not need each other in
 * a circle: an interface does not know its implementations.
 */
@NullMarked
package io.bootdistill.diffusion;

import org.jspecify.annotations.NullMarked;
