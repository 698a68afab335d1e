/**
 * Networks: what a network computes, where its parameters lie, and how it runs on a device.
 *
 * <p>A {@link io.bootdistill.network.Network} is a specification. It describes itself to a
 * {@link io.bootdistill.network.GraphBuilder}, which yields a {@link io.bootdistill.network.Graph}: a fixed list of
 * operations and a {@link io.bootdistill.network.ParameterLayout}. A {@link io.bootdistill.network.Model} holds the
 * parameters on a device; a {@link io.bootdistill.network.Plan} holds the activations of a block of samples and walks the
 * list forward and backward. With a {@link io.bootdistill.network.LowRank} adapter, a model trains a few parameters beside those
 * of another, which it reads.
 */
@NullMarked
package io.bootdistill.network;

import org.jspecify.annotations.NullMarked;
