/**
 * The feature extractors of the rulers: small classifiers of 16×16 Fashion-MNIST and of captioned emoji, and how they were trained.
 * They show how a network of one's own is described, trained and run with the library's kernels. {@link
 * io.bootdistill.examples.extractor.TrainClassifier} and {@link io.bootdistill.examples.extractor.TrainEmojiClassifier} are the
 * programs.
 */
package io.bootdistill.examples.extractor;
