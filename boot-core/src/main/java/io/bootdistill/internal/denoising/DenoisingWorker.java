package io.bootdistill.internal.denoising;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;

/**
 * One worker of denoising training: takes a block of images to the gradient of its loss ‖F(x_t, t, c) − o‖².
 *
 * <pre>
 * x₀, ε ─► x = α x₀ + σ ε ─ network ─► F
 * x₀, ε ─► o = noiseShare·ε + imageShare·x₀ ─► loss against F ─► gradient
 * </pre>
 */
public final class DenoisingWorker implements AutoCloseable {

    private final ImageSource images;
    private final ImageShape shape;
    private final Plan plan;
    private final Scope scope = new Scope();
    private final Tensor noise;
    private final Tensor image;
    private final SignalStep toTarget;
    private final SignalLoss loss;
    private final Slice seeds;
    private final Slice coefficients;
    private final Slice residuals;
    private final float[] planes;
    private final float[] rows;
    private final float[] squares;

    final Kernels kernels;

    DenoisingWorker(ImageSource images, Model model, int block) {
        this.images = images;
        shape = images.shape();
        Device device = model.device();
        try {
            kernels = scope.own(device.openKernels());
            plan = scope.own(new Plan(model, block, Plan.Mode.TRAINING));
            long size = (long) block * shape.size();
            DeviceMemory memory = scope.own(device.allocate(3 * size));
            noise = Tensor.of(memory.slice(0, size), shape.channels());
            image = Tensor.of(memory.slice(size, size), shape.channels());
            Tensor target = Tensor.of(memory.slice(2 * size, size), shape.channels());
            toTarget = toTarget(noise, image, target);
            loss = new SignalLoss(noise, plan.y(), target, null, plan.dy());
            seeds = scope.own(device.allocate((long) block * Philox.SEED_FLOATS)).slice();
            coefficients = scope.own(device.allocate((long) block * SignalCoefficients.COUNT)).slice();
            residuals = scope.own(device.allocate(block)).slice();
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
        planes = new float[block * shape.size()];
        rows = new float[planes.length];
        squares = new float[block];
    }

    /**
     * Runs a block of the batch and adds its gradient to a lane.
     *
     * @param residual written at the block's rows: ‖F − o‖² of each sample
     */
    void run(DenoisingBatch batch, int blockIndex, Gradients lane, boolean accumulate, float[] residual) {
        int from = batch.firstRow(blockIndex);
        int n = batch.firstRow(blockIndex + 1) - from;
        int pixels = shape.pixels();
        upload(batch, from, n);
        kernels.noise(n, pixels, seeds, 0, noise);
        kernels.signalState(n, pixels, coefficients, noise, image, null, plan.x());
        kernels.signalStep(n, pixels, coefficients, toTarget);
        plan.forward(kernels, n);
        kernels.bootstrapLoss(n, pixels, coefficients, loss, residuals);
        plan.backward(kernels, n, lane, accumulate);
        kernels.download(residuals, squares, 0);
        System.arraycopy(squares, 0, residual, from, n);
    }

    /**
     * o by a kernel of distillation: a step with c = 1 whose prediction is made from x₀ and ε. x is the state of a student whose
     * signal is x₀.
     */
    public static SignalStep toTarget(Tensor noise, Tensor image, Tensor target) {
        return new SignalStep(0, noise, image, noise, null, null, image, null, target, null);
    }

    private void upload(DenoisingBatch batch, int from, int n) {
        for (int i = 0; i < n; i++) {
            images.read(batch.image[from + i], planes, i * shape.size());
        }
        Layout.toRows(n, shape, planes, rows);
        kernels.upload(rows, 0, image.data());
        kernels.upload(batch.seeds, from * Philox.SEED_FLOATS, seeds);
        kernels.upload(batch.coefficients, from * SignalCoefficients.COUNT, coefficients);
        kernels.upload(batch.networkTime, from, plan.scalar(ScalarInputs.TIME).data());
        if (plan.condition() != null) {
            kernels.upload(batch.condition, from, plan.condition().data());
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
