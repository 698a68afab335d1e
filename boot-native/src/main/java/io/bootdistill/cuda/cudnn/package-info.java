/**
 * The 3×3 convolution of dense images by NVIDIA's cuDNN, through the JavaCPP presets {@code org.bytedeco:cuda}: an optional
 * dependency, loaded only where the {@code cuda} device can be used and was asked for it
 * ({@link io.bootdistill.cuda.CudaDeviceProvider#CONVOLUTION_PROPERTY}). No other package knows those presets.
 *
 * <p>These are functions of cuDNN's first interface, deprecated in cuDNN 9 but part of it. Its successor describes graphs of
 * operations; a convolution alone gains nothing from it.
 *
 * <p>Written after cuDNN's documentation and tested with a stand-in for its libraries; it has not run on a GPU.
 */
package io.bootdistill.cuda.cudnn;
