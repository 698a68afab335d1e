/** The lesson of a teacher: it learns to denoise images. Uses the seam of lessons; knows no student. */
package io.bootdistill.internal.denoising;
