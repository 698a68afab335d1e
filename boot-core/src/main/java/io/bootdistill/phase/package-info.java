/**
 * Methods that teach a student to denoise, as its teacher does, in fewer steps: {@link io.bootdistill.phase.Direct} distillation,
 * the mid-training of {@link io.bootdistill.phase.Cmt}, {@link io.bootdistill.phase.Progressive} and
 * {@link io.bootdistill.phase.Consistency} distillation, {@link io.bootdistill.phase.Tract}. None needs data: a walk of the teacher
 * from noise gives the states that students learn at, and most of what they learn.
 *
 * <p>They are one lesson. On a grid t_0 = t_max &gt; … &gt; t_N, the clean sample, some points end a phase. Of a walk with the signals
 * y_0, …, y_N, a sample at i, whose phase ends at e, has a target y_e: that of the walk, or where a point j between is all that is
 * taken from it, y_j + c(j → e) (h − y_j), where h is what an average of the student says at x_j. The student says at x_i what leads
 * to y_e in one step of DDIM:
 *
 * <pre>
 * F* = y_i + (y_e − y_i)/c(i → e)          loss = w ‖f̂_θ(x_i, t_i) − SG F*‖²          x_i = α_i y_i + σ_i ε
 * </pre>
 *
 * <p>which is the target of Salimans and Ho (arXiv 2202.00512, appendix G), formed of signals, so that no small α divides. In a
 * {@code Stage}, a part of the steps, grid and phases stay; rounds, in which the student of the one before is the teacher, are stages,
 * too. {@code PhaseLesson} can be read from noise to a gradient.
 *
 * <p>A student whose walks have several phases at the end gives samples in as many steps of DDIM: what it says of pure noise leads to
 * the end of the first phase. A run measures it so, see {@link io.bootdistill.objective.Objective#sampledSteps}; who samples it
 * afterwards asks for them, {@link io.bootdistill.diffusion.SampleRequest#withSteps}: no student knows their number, nor its folder.
 *
 * <p>Uses the seam of lessons and the machinery of sampling; knows no trainer and no run, and no other objective.
 */
@NullMarked
package io.bootdistill.phase;

import org.jspecify.annotations.NullMarked;
