/**
 * What a distillation is set up from: the student that a teacher and a configuration ask for, {@code DistillationSetup}, and what
 * its lessons find in their {@code Room}.
 *
 * <p>Uses objectives, configurations and training; knows no folder and no report.
 */
package io.bootdistill.internal.distillation;
