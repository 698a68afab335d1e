package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline costs on a device, from its configurations and the headers of its weights alone. Bytes are those of the weights
 * and values on the device; the text encoders' operations, a hundredth of a picture's, are left out.
 *
 * @param graph of its network
 * @param picture that of a picture
 * @param network of a sample
 * @param decoder of a picture; null where the network makes pixels
 * @param textBytes weights of the text encoders
 * @param drawingBytes what the network's values take while a picture is drawn in the usual way
 * @param isGuidedTwice whether guidance calls the network twice a step
 */
public record PipelineCosts(
        Graph graph, ImageShape picture, Part network, @Nullable Part decoder, long textBytes, long drawingBytes, int usualSteps,
        double usualGuidance, boolean isGuidedTwice) {

    /**
     * What a network costs.
     *
     * @param weightBytes its weights for inference, and the device's own forms of them
     * @param valueBytes the values of a sample
     * @param convolutionFlops floating-point operations of the 3×3 convolutions for a sample, as products of matrices count them
     * @param otherFlops those of linear layers and attention
     */
    public record Part(long weightBytes, long valueBytes, double convolutionFlops, double otherFlops) {

        static Part of(Graph graph, Kernels kernels, long valueBytes) {
            double convolutions = graph.flops(Kernel.CONV_FORWARD);
            return new Part(Model.bytes(graph, kernels, false), valueBytes, convolutions, graph.flops() - convolutions);
        }

        /**
         * Seconds of one sample.
         *
         * @param convolutions operations a second in convolutions
         * @param others in products of matrices
         */
        public double seconds(double convolutions, double others) {
            return convolutionFlops / convolutions + otherFlops / others;
        }
    }

    /** Reads the configurations of a pipeline. */
    public static PipelineCosts of(PipelineFolder folder, Device device) {
        try (Kernels kernels = device.openKernels()) {
            Graph graph = ComponentModel.graph(folder.network(), PipelineNetwork.of(folder));
            ImageShape denoised = graph.network().input();
            boolean twice = folder.pipeline() != PipelineClass.LATENT_CONSISTENCY && folder.usualGuidance() != 1;
            Part network = Part.of(graph, kernels, Plan.bytes(graph, 1));
            Graph decoding = decoding(folder, denoised);
            return new PipelineCosts(graph, decoding == null ? denoised : decoding.network().output(), network,
                    decoding == null ? null
                            : Part.of(decoding, kernels, PictureDecoder.bytes(decoding, kernels.convolvesStrips())),
                    textBytes(folder), twice ? Plan.bytes(graph, 2) : network.valueBytes(),
                    folder.pipeline().usualSteps(), folder.usualGuidance(), twice);
        }
    }

    private static @Nullable Graph decoding(PipelineFolder folder, ImageShape denoised) {
        PictureComponent autoencoder = PictureComponent.of(folder, denoised);
        return autoencoder == null ? null : ComponentModel.graph(autoencoder.component(), autoencoder.network());
    }

    private static long textBytes(PipelineFolder folder) {
        return folder.has("tokenizer") && !folder.pipeline().readsTextStates() ? folder.components().stream()
                .filter(component -> component.name().startsWith("text_encoder"))
                .mapToLong(component -> 4 * component.size().parameters()).sum() : 0;
    }

    /** The shape of what the network denoises. */
    public ImageShape denoised() {
        return graph.network().input();
    }

    /** Calls of the network for a picture; a single step is a student's, which needs no guidance. */
    private int calls(int steps) {
        return isGuidedTwice && steps > 1 ? 2 * steps : steps;
    }

    /** Floating-point operations of a picture. */
    public double flops(int steps) {
        return calls(steps) * (network.convolutionFlops + network.otherFlops)
                + (decoder == null ? 0 : decoder.convolutionFlops + decoder.otherFlops);
    }

    /** Seconds of a picture, by one worker; see {@link Part#seconds}. */
    public double seconds(int steps, double convolutions, double others) {
        return calls(steps) * network.seconds(convolutions, others)
                + (decoder == null ? 0 : decoder.seconds(convolutions, others));
    }

    /** Bytes of all weights that draw: text encoders, network and decoder. */
    public long weightBytes() {
        return textBytes + network.weightBytes + (decoder == null ? 0 : decoder.weightBytes);
    }

    /** The most bytes while pictures are drawn one at a time in the usual way: of the network and the decoder, one holds values. */
    public long peakBytes() {
        return weightBytes() + Math.max(drawingBytes, decoder == null ? 0 : decoder.valueBytes);
    }
}
