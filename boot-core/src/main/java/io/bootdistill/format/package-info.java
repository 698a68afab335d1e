/**
 * Files: safetensors, scheduler configurations, PNG and JPEG images, IDX data sets. Files in, plain values out; nothing here knows of
 * networks or devices.
 *
 * <p>{@link io.bootdistill.format.SafetensorsFile} and {@link io.bootdistill.format.SafetensorsWriter} hold named tensors;
 * {@link io.bootdistill.format.SchedulerConfig} says how a model was trained; {@link io.bootdistill.format.ImageFolder},
 * {@link io.bootdistill.format.LabelledImages} and {@link io.bootdistill.format.PictureFile} are data to train a teacher on;
 * {@link io.bootdistill.format.Images} shows samples. A whole model is read by {@code Teacher.load} and {@code Student.load}.
 *
 * <p><b>Reading.</b> What cannot be read, for whatever reason, is refused with a
 * {@link io.bootdistill.error.ModelFormatException} that names the file, the entry and what to do. Regular files alone are opened,
 * and memory is taken for what a file can hold, not for what it says of itself.
 *
 * <p><b>Writing.</b> Everything is written beside its target first, then renamed. A failed write is an
 * {@link java.io.IOException}, and the target is as it was.
 */
@NullMarked
package io.bootdistill.format;

import org.jspecify.annotations.NullMarked;
