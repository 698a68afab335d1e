package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentDecoder;

/** The decoder of an autoencoder: latents to pictures, one at a time. Thread-safe: calls queue. */
final class PictureDecoder implements AutoCloseable {

    /** Bytes that a picture's values may take while it is decoded, unless it cannot be done with so few. */
    private static final long MEMORY = 1L << 30;

    private static final String AFTER_DECODING =
            " after the decoder, though its latents are finite; draw with less guidance, or use another autoencoder of the model";

    private final AutoencoderConfig config;
    private final Model model;

    /** Reads the weights, those of a {@link LatentDecoder}. */
    PictureDecoder(ComponentModel weights, Device device) {
        model = weights.read(device);
        config = ((LatentDecoder) model.graph().network()).config();
    }

    Model model() {
        return model;
    }

    /** Floating-point operations of a picture. */
    double flops() {
        return model.graph().flops();
    }

    /** The shape of a picture of such latents. */
    ImageShape picture(ImageShape latents) {
        return new LatentDecoder(config, latents.height(), latents.width()).output();
    }

    /**
     * Decodes latents.
     *
     * @param latents [n][channels][height][width]
     * @return [n] pictures, about −1 … 1, not clamped
     * @throws io.bootdistill.error.NotFiniteException if one is not finite, or the latents are not
     */
    synchronized float[] pixels(ImageShape shape, float[] latents) {
        if (shape.equals(model.graph().network().input())) {
            return pixels(model, latents);
        }
        try (Model sized = model.at(Graph.of(new LatentDecoder(config, shape.height(), shape.width())))) {
            return pixels(sized, latents);
        }
    }

    private static float[] pixels(Model model, float[] latents) {
        ImageShape shape = model.graph().network().input();
        ImageShape picture = model.graph().network().output();
        int n = latents.length / shape.size();
        float[] rows = new float[shape.size()];
        float[] one = new float[shape.size()];
        float[] pixels = new float[picture.size()];
        float[] planes = new float[picture.size()];
        float[] all = new float[Math.multiplyExact(n, picture.size())];
        Finite.require("the latents of sample", 0, latents, shape.size(), ", which cannot be decoded; give finite ones");
        try (Scope scope = new Scope()) {
            Kernels kernels = scope.own(model.device().openKernels());
            Plan plan = scope.own(Plan.within(model, 1, mostBytes(model.graph(), kernels.convolvesStrips())));
            for (int i = 0; i < n; i++) {
                System.arraycopy(latents, i * one.length, one, 0, one.length);
                Layout.toRows(1, shape, one, rows);
                kernels.upload(rows, 0, plan.x().data());
                plan.forward(kernels, 1);
                kernels.download(plan.y().data(), pixels, 0);
                Layout.toPlanes(1, picture, pixels, planes);
                Finite.require("the picture of sample", i, planes, planes.length, AFTER_DECODING);
                System.arraycopy(planes, 0, all, i * planes.length, planes.length);
            }
        }
        return all;
    }

    private static long mostBytes(Graph graph, boolean strips) {
        return strips ? Math.max(MEMORY, Plan.leastBytes(graph, 1)) : Plan.bytes(graph, 1);
    }

    /** Bytes that a picture's values take. */
    static long bytes(Graph graph, boolean strips) {
        return Plan.bytesWithin(graph, 1, strips, mostBytes(graph, strips));
    }

    /** Waits for what is decoded. */
    @Override
    public synchronized void close() {
        model.close();
    }
}
