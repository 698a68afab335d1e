/**
 * Whole pipelines: what a teacher's folder holds besides the network that denoises. Encoders turn prompts into conditions, decoders
 * latents into pictures. Start at {@link io.bootdistill.internal.pipeline.Pipeline}; what a training needs of a
 * folder is {@link io.bootdistill.internal.pipeline.TrainablePipeline}.
 *
 * <p>Uses folders, networks and tokenizers; knows nothing of samplers and of training. Not for users: it may change in any
 * release.
 */
@NullMarked
package io.bootdistill.internal.pipeline;

import org.jspecify.annotations.NullMarked;
