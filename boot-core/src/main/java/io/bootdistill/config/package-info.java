/**
 * How runs go, as values: a configuration is made of groups, each of which checks itself, has its defaults, and is written as a
 * nested object of {@code config.json}. Immutable throughout.
 *
 * <p>In reading order: {@link io.bootdistill.config.DistillationConfig}, its groups, {@link
 * io.bootdistill.config.TeacherTrainingConfig} with the same groups, {@link io.bootdistill.config.JointConfig}. What objectives
 * there are is in {@code io.bootdistill.objective} and {@code io.bootdistill.phase}.
 */
@NullMarked
package io.bootdistill.config;

import org.jspecify.annotations.NullMarked;
