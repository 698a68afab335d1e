package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.autoencoder.AutoencoderConfig;
import io.bootdistill.network.autoencoder.LatentEncoder;
import io.bootdistill.network.autoencoder.LatentScale;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The encoder of an autoencoder in a pipeline's folder: pictures to the latents that the network denoises. They are the means of
 * what the encoder says, without the noise of its variance, which is small beside them: so each picture is encoded once.
 */
final class PictureEncoder {

    private final AutoencoderConfig config;
    private final LatentEncoder network;
    private final ComponentModel weights;

    /** @throws io.bootdistill.error.ModelFormatException if the header of the weights does not fit the configuration */
    PictureEncoder(Component component, AutoencoderConfig config, ImageShape latents) {
        this.config = config;
        network = new LatentEncoder(config, latents.height() * config.reduction(), latents.width() * config.reduction());
        weights = new ComponentModel(component, network);
    }

    /** The shape of a picture. */
    ImageShape picture() {
        return network.input();
    }

    /** The shape of its latents. */
    ImageShape latents() {
        return new ImageShape(config.diffusedChannels(), network.output().height(), network.output().width());
    }

    /**
     * Encodes all images, which then lie in the heap.
     *
     * @param most threads
     * @param progress told of the images that are done, on any of these threads
     * @return of each image, [channels][height][width], scaled
     * @throws IllegalArgumentException if half of the heap does not hold them
     */
    float[][] encode(ImageSource images, Device device, int most, IntConsumer progress) {
        long size = latents().size();
        long room = Runtime.getRuntime().maxMemory() / 2 / Float.BYTES / size;
        Checks.that(images.count() <= room, "the number of images", images.count(),
                "at most " + room + ", whose latents take half of Java's memory; give it more (-Xmx), or fewer images");
        float[][] all = new float[images.count()][];
        AtomicInteger done = new AtomicInteger();
        int workers = device.workers(Math.min(most, images.count()));
        try (Scope scope = new Scope()) {
            Model model = scope.own(weights.read(device));
            List<Worker> crew = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                crew.add(new Worker(scope.own(device.openKernels()), scope.own(new Plan(model, 1, Plan.Mode.INFERENCE))));
            }
            scope.own(new WorkerPool(workers)).run(images.count(), (worker, image) -> {
                all[image] = crew.get(worker).encode(images, image);
                progress.accept(done.incrementAndGet());
            });
        }
        return all;
    }

    /** One thread's. */
    private final class Worker {

        private final Kernels kernels;
        private final Plan plan;
        private final float[] planes = new float[picture().size()];
        private final float[] rows = new float[planes.length];
        private final float[] moments = new float[network.output().size()];

        Worker(Kernels kernels, Plan plan) {
            this.kernels = kernels;
            this.plan = plan;
        }

        float[] encode(ImageSource images, int image) {
            images.read(image, planes, 0);
            Finite.require("image", image, planes, planes.length, "; give values in [-1, 1]");
            Layout.toRows(1, picture(), planes, rows);
            kernels.upload(rows, 0, plan.x().data());
            plan.forward(kernels, 1);
            kernels.download(plan.y().data(), moments, 0);
            Finite.require("what the encoder makes of image", image, moments, moments.length, "; use another autoencoder");
            LatentScale scale = config.scale();
            int pixels = latents().pixels();
            int stride = network.outputChannels();
            float[] latents = new float[latents().size()];
            for (int i = 0; i < latents.length; i++) {
                int channel = i / pixels;
                latents[i] = (float) scale.scaled(moments[i % pixels * stride + channel], channel);
            }
            return latents;
        }
    }
}
