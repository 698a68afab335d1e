/**
 * From a pretrained diffusion model to a student that samples in one network call, without training data.
 *
 * <p><b>A teacher</b> is read from a folder in the diffusers layout, trained from pictures by a
 * {@link io.bootdistill.TeacherTrainer}, from pictures with captions by a {@link io.bootdistill.CaptionTrainer}, or any
 * {@link io.bootdistill.diffusion.Denoiser} of yours:
 *
 * <pre>{@code
 * Teacher teacher = Teacher.load(Path.of("teachers/fashion-mnist-16"));
 * }</pre>
 *
 * <p><b>What training does</b> is in a {@link io.bootdistill.config.DistillationConfig}. Its defaults are the best recipe that is
 * known; {@code quick()} is a preview of about a minute. The values of a group are given together, a run's phases in their order,
 * and what cannot be combined cannot be built:
 *
 * <pre>{@code
 * DistillationConfig config = DistillationConfig.quick().seed(1).folder(Path.of("runs/first")).build();
 * }</pre>
 *
 * <p><b>Training.</b> A {@link io.bootdistill.DistillationListener} is told of progress and quality; a
 * {@link io.bootdistill.RunHandle}, its {@code shouldStop} or an interrupt ends a run within a step, and what is in the folder can
 * be resumed:
 *
 * <pre>{@code
 * Student student = new BootDistiller(teacher).listener(listener).train(config);
 * }</pre>
 *
 * <p><b>Pictures.</b> A sample depends on its seed and its label, and on nothing else. Calls of several threads run side by side:
 *
 * <pre>{@code
 * BufferedImage picture = student.images(new long[] {42}, new int[] {7}).get(0); // one network call
 * student.save(Path.of("student")); // diffusers reads it, too
 * student.close();
 * teacher.close();
 * }</pre>
 *
 * <p>More can be asked of a student or of its teacher, through a {@link io.bootdistill.Sampler}, by a
 * {@link io.bootdistill.diffusion.SampleRequest}: given noise, other conditions, a guidance scale, several steps.
 *
 * <p><b>How noise becomes a gradient</b> is the {@code learn} of a lesson, in {@link io.bootdistill.objective}: {@code
 * BootstrapLesson} is the paper's step on one page. Here is only what users call, and what holds a run together: it may use all
 * rooms, and none uses it.
 */
@NullMarked
package io.bootdistill;

import org.jspecify.annotations.NullMarked;
