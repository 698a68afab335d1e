package io.bootdistill.internal.pipeline;

import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Network;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentDecoder;

/**
 * What a pipeline costs, from its configurations alone.
 *
 * @param denoised the shape of what its network denoises
 * @param picture that of a picture
 * @param parameters of the network
 * @param allParameters of all that draws: the network and the autoencoder's decoder
 * @param networkFlops floating-point operations of a call of the network
 * @param decoderFlops of decoding a picture
 */
public record PipelineCosts(
        ImageShape denoised, ImageShape picture, long parameters, long allParameters, double networkFlops, double decoderFlops,
        int usualSteps, double usualGuidance, boolean isGuidedTwice) {

    /** Reads the configurations of a pipeline. */
    public static PipelineCosts of(PipelineFolder folder) {
        Network network = PipelineNetwork.of(folder);
        Graph graph = Graph.of(network);
        long parameters = graph.layout().count();
        boolean twice = folder.pipeline() != PipelineClass.LATENT_CONSISTENCY && Pipeline.usualGuidance(folder) != 1;
        String autoencoder = folder.pipeline().autoencoder();
        if (autoencoder == null) {
            return new PipelineCosts(network.input(), network.input(), parameters, parameters, graph.flops(), 0,
                    Pipeline.usualSteps(folder), Pipeline.usualGuidance(folder), twice);
        }
        AutoencoderConfig config = AutoencoderConfig.parse(
                folder.component(autoencoder).config().toString(), folder.component(autoencoder).folder() + "/config.json");
        LatentDecoder decoder = new LatentDecoder(config, network.input().height(), network.input().width());
        Graph decoding = Graph.of(decoder);
        return new PipelineCosts(network.input(), decoder.output(), parameters, parameters + decoding.layout().count(),
                graph.flops(), decoding.flops(), Pipeline.usualSteps(folder), Pipeline.usualGuidance(folder), twice);
    }

    /** Floating-point operations of a picture. */
    public double picture(int steps) {
        return networkFlops * steps * (isGuidedTwice && steps > 1 ? 2 : 1) + decoderFlops;
    }
}
