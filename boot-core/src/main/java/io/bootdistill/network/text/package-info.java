/**
 * Text encoders: numbers of tokens to what a diffusion network reads of a prompt.
 */
@NullMarked
package io.bootdistill.network.text;

import org.jspecify.annotations.NullMarked;
