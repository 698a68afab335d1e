/**
 * The feature extractor of the ruler: a small classifier of 16×16 Fashion-MNIST, and how it was trained. It shows how a network
 * of one's own is described, trained and run with the library's kernels. {@link
 * io.bootdistill.examples.extractor.TrainClassifier} is the program.
 */
package io.bootdistill.examples.extractor;

