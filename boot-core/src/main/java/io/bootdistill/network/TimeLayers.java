package io.bootdistill.network;

import io.bootdistill.device.Activation;
import java.util.function.DoubleFunction;

/**
 * The layers through which a network reads its time: e = W₂·a(W₁·φ(t) + b₁) + b₂.
 *
 * @param name of the layers, whose parameters are those of {@code name.linear_1} and {@code name.linear_2}
 * @param activation a
 * @param sinusoid φ, of the time as the network is given it
 */
public record TimeLayers(String name, Activation activation, DoubleFunction<double[]> sinusoid) {}
