/**
 * The {@code cuda} device: handwritten kernels on an NVIDIA GPU (compute capability 7.5 or newer) behind the C ABI
 * that {@link io.bootdistill.internal.natives} binds. It needs the NVIDIA driver and the jar {@code boot-native} with the
 * classifier {@code linux-x86_64-cuda}; {@link io.bootdistill.cuda.CudaProbe} tells what is missing.
 *
 * <p>All contexts of the device share one stream, so calls are carried out in the order in which they are made, whatever
 * context they belong to, and one worker is enough. Calls return before they are carried out; downloads wait. Calls that are
 * captured become a CUDA graph: so does a whole training step. Device 0 is used: {@code CUDA_VISIBLE_DEVICES} chooses it. The
 * system property {@code io.bootdistill.cuda.precision} allows tensor cores; {@code io.bootdistill.cuda.convolution} gives the
 * 3×3 convolutions to cuDNN ({@link io.bootdistill.cuda.cudnn}).
 */
package io.bootdistill.cuda;

