/**
 * What trains a network: a {@link io.bootdistill.internal.training.Trainer} runs the lessons of a step, an
 * {@link io.bootdistill.internal.training.Optimiser} sums the gradient lanes and updates the weights, a
 * {@link io.bootdistill.internal.training.TrainingState} is all that changes, and a
 * {@link io.bootdistill.internal.training.Checkpoint} keeps it. Uses lessons by their seam alone; knows no folder and no listener.
 */
package io.bootdistill.internal.training;
