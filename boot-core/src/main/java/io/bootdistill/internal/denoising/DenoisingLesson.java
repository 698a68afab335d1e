package io.bootdistill.internal.denoising;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Plan;

/**
 * A step of denoising training, from images to the gradient of ‖F(x_t, t, c) − o‖² (Ho et al. 2020, arXiv 2006.11239).
 *
 * <pre>
 * x₀, ε ─► x = α x₀ + σ ε ─ network ─► F
 * x₀, ε ─► o = noiseShare·ε + imageShare·x₀ ─► loss against F ─► gradient
 * </pre>
 */
final class DenoisingLesson implements Lesson {

    /** Where a block lies. */
    private record Part(
            int samples, Tensor images, Slice seeds, Slice coefficients, Slice alpha, Slice sigma, Slice imageShare,
            Slice noiseShare, BlockInputs inputs, Slice residual) {}

    private final DenoisingDraws draws;
    private final ImageShape shape;
    private final Scope scope = new Scope();
    private final Slice images;
    private final Slice residuals;
    private final Part[] parts;
    private final float[] planes;
    private final float[] rows;
    private final float[] residual;
    private final SignalLoss[] losses;

    DenoisingLesson(DenoisingDraws draws, ImageShape shape, Device device, int block, int workers) {
        this.draws = draws;
        this.shape = shape;
        int batch = draws.table.rows();
        Blocks blocks = Blocks.of(batch, block);
        planes = new float[batch * shape.size()];
        rows = new float[planes.length];
        residual = new float[batch];
        losses = new SignalLoss[workers];
        parts = new Part[blocks.count()];
        try {
            draws.table.open(device);
            scope.own(draws.table);
            DeviceMemory memory = scope.own(device.allocate((long) planes.length + batch));
            images = memory.slice(0, planes.length);
            residuals = memory.slice(planes.length, batch);
            for (int b = 0; b < parts.length; b++) {
                int from = blocks.first(b);
                int n = blocks.size(b);
                Slice own = images.slice((long) from * shape.size(), (long) n * shape.size());
                parts[b] = new Part(n, Tensor.of(own, shape.channels()), draws.seeds.slice(from, n),
                        draws.coefficients.slice(from, n), draws.alpha.slice(from, n), draws.sigma.slice(from, n),
                        draws.imageShare.slice(from, n), draws.noiseShare.slice(from, n),
                        new BlockInputs(
                                draws.networkTime.rows(from, n), null, null, draws.condition.rows(from, n), null, null, null, 0),
                        residuals.slice(from, n));
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    @Override
    public int blocks() {
        return parts.length;
    }

    @Override
    public void draw(long step, Kernels kernels) {
        draws.draw(step, planes);
        draws.table.upload(kernels);
        Layout.toRows(draws.table.rows(), shape, planes, rows);
        kernels.upload(rows, 0, images);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        Part part = parts[block];
        Kernels kernels = worker.kernels();
        Plan network = worker.student();
        Tensor noise = worker.noise();
        int n = part.samples;
        int pixels = shape.pixels();
        kernels.noise(n, pixels, part.seeds, 0, noise);
        kernels.combine(n, pixels, part.alpha, part.images, part.sigma, noise, worker.f());
        kernels.combine(n, pixels, part.imageShare, part.images, part.noiseShare, noise, worker.target());
        worker.call(network, worker.f(), part.inputs, n);
        kernels.bootstrapLoss(n, pixels, part.coefficients, loss(worker), part.residual);
        network.backward(kernels, n, lane, accumulate);
    }

    /** Of a worker, made when first needed: a step allocates nothing. */
    private SignalLoss loss(Worker worker) {
        SignalLoss found = losses[worker.index()];
        if (found == null) {
            Plan network = worker.student();
            found = new SignalLoss(worker.noise(), network.y(), worker.target(), null, network.dy());
            losses[worker.index()] = found;
        }
        return found;
    }

    /** The mean squared error of the network's output. */
    @Override
    public Losses losses(Kernels kernels) {
        kernels.download(residuals, residual, 0);
        double loss = 0;
        for (float square : residual) {
            loss += square / residual.length;
        }
        return new Losses(loss, loss, 0, 0);
    }

    @Override
    public void close() {
        scope.close();
    }
}
