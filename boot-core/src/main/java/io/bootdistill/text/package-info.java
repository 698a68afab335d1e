/**
 * Text as networks read it. {@link io.bootdistill.text.ClipTokenizer} makes a prompt the ids that CLIP's text encoders embed;
 * {@link io.bootdistill.text.TextStates} holds what another encoder, one that is not supported here, has made of prompts.
 * {@link io.bootdistill.text.PromptFile} and {@link io.bootdistill.text.CaptionFolder} read what to train on: prompts, and
 * captions with the pictures that they are of.
 *
 * <p>What a folder or file says that is not supported is refused with a {@link io.bootdistill.error.ModelFormatException} that
 * names the file, the key and what to do; a prompt that cannot be taken is an {@link IllegalArgumentException}.
 */
@NullMarked
package io.bootdistill.text;

import org.jspecify.annotations.NullMarked;
