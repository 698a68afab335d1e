/**
 * Files: safetensors, diffusers folders, scheduler configurations, PNG images, IDX data sets. Files in, plain values out; nothing
 * here knows of networks or devices.
 *
 * <p>Start at {@link io.bootdistill.format.DiffusersFolder}, which gives a network configuration, a
 * {@link io.bootdistill.format.SchedulerConfig} and weights ({@link io.bootdistill.format.TensorSource}).
 * {@link io.bootdistill.format.SafetensorsFile} and {@link io.bootdistill.format.SafetensorsWriter} are the file format
 * below it.
 *
 * <p><b>Reading.</b> What cannot be read, for whatever reason, is refused with a
 * {@link io.bootdistill.format.ModelFormatException} that names the file, the entry and what to do.
 *
 * <p><b>Writing.</b> Everything goes through {@link io.bootdistill.format.AtomicFiles}: beside the target first, then
 * renamed. A failed write is an {@link java.io.IOException}, and the target is as it was.
 */
package io.bootdistill.format;

