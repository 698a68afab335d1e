/**
 * How work is done, whatever it is: checks of arguments, threads that share tasks, calls that are replayed and the order
 * of image values. Uses devices and the shapes of networks; knows nothing of diffusion.
 */
package io.bootdistill.internal.work;
