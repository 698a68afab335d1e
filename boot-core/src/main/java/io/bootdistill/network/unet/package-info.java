/**
 * The U-Net of text-to-image models: {@link io.bootdistill.network.unet.ConditionalUNet}, its configuration, and the reader of
 * that.
 */
@NullMarked
package io.bootdistill.network.unet;

import org.jspecify.annotations.NullMarked;
