package io.bootdistill.cuda;

import static io.bootdistill.internal.device.Shapes.requirePositive;
import static io.bootdistill.internal.natives.NativeContext.stride;

import io.bootdistill.cuda.cudnn.Cudnn;
import io.bootdistill.cuda.cudnn.Pass;
import io.bootdistill.device.Conv;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import io.bootdistill.internal.natives.BootNative;
import io.bootdistill.internal.natives.NativeLibrary;

/**
 * The operations of the cuda device with the 3×3 convolution by cuDNN. That takes dense images, and weights as
 * [out][3][3][in]: their prepared form here, which each call makes where there is none. What it lacks is done by our kernels:
 * strided rows, bias, shift, residual, and convolutions that pad two sides only or enlarge their input.
 */
final class CudnnKernels extends CudaKernels {

    private static final int ALIGNMENT = 16; // bytes, of all that cuDNN reads and writes
    private static final int PIECE = 64; // floats: a piece of scratch memory has a multiple of them

    private final Cudnn cudnn;
    private final long[] scratch = new long[1]; // where its next piece begins

    /**
     * Opens a context, and cuDNN in it.
     *
     * @throws LinkageError if cuDNN or its presets cannot be loaded
     */
    CudnnKernels(NativeLibrary library, long leader, CudaPrecision precision) {
        super(library, leader);
        try {
            cudnn = new Cudnn(BootNative.boot_cuda_stream(context()), precision == CudaPrecision.TF32);
        } catch (RuntimeException | Error e) {
            super.close();
            throw e;
        }
    }

    @Override
    public long preparedLength(Conv conv, boolean gradient) {
        return Cudnn.supports(conv) ? conv.weights() : super.preparedLength(conv, gradient);
    }

    @Override
    public void prepare(Conv conv, Weights weights, boolean gradient) {
        if (!Cudnn.supports(conv)) {
            super.prepare(conv, weights, gradient);
            return;
        }
        toFilters("prepare", conv, weights, toPrepare(weights, conv.weights()));
    }

    private void toFilters(String operation, Conv conv, Weights weights, long filters) {
        requireOk(operation, BootNative.boot_cuda_transpose(
                context(), 9L * conv.in(), conv.out(), address("weights", weights.values(), conv.weights()), filters, 0));
    }

    @Override
    public boolean convolvesStrips() {
        return false; // it chooses by the height, too
    }

    @Override
    public void convForward(
            int n, Conv conv, Tensor x, Weights weights, Slice bias, Tensor shift, Tensor residual, Tensor y) {
        if (!Cudnn.supports(conv)) {
            super.convForward(n, conv, x, weights, bias, shift, residual, y);
            return;
        }
        requirePositive("n", n);
        long rows = (long) n * conv.pixels();
        long outRows = (long) n * conv.outPixels();
        long xAt = address("x", x, rows, conv.in());
        long filters = filters(conv, weights);
        long biasAt = optional("bias", bias, conv.out());
        long shiftAt = optional("shift", shift, n, conv.out());
        long residualAt = optional("residual", residual, outRows, conv.out());
        long yAt = address("y", y, outRows, conv.out());

        Pass pass = cudnn.convolution(n, conv).forward();
        reserve(pass, copyLength(xAt, x, rows) + copyLength(filters, conv) + room(outRows * conv.out()));
        long images = dense(xAt, x, rows);
        long aligned = dense(filters, conv, weights);
        long result = take(outRows * conv.out());
        pass.run(images, aligned, result, scratch[0]);
        requireOk("convForward", BootNative.boot_cuda_add_to_images(
                context(), n, conv.outPixels(), conv.out(), result, biasAt, shiftAt, stride(shift), residualAt,
                stride(residual), yAt, stride(y)));
    }

    @Override
    public void convBackwardInput(int n, Conv conv, Tensor dy, Weights weights, Tensor base, Tensor dx) {
        if (!Cudnn.supports(conv)) {
            super.convBackwardInput(n, conv, dy, weights, base, dx);
            return;
        }
        requirePositive("n", n);
        long rows = (long) n * conv.pixels();
        long outRows = (long) n * conv.outPixels();
        long dyAt = address("dy", dy, outRows, conv.out());
        long filters = filters(conv, weights);
        long baseAt = optional("base", base, rows, conv.in());
        long dxAt = address("dx", dx, rows, conv.in());

        Pass pass = cudnn.convolution(n, conv).inputGradient();
        boolean direct = base == null && isDense(dxAt, dx);
        reserve(pass, copyLength(dyAt, dy, outRows) + copyLength(filters, conv) + (direct ? 0 : room(rows * conv.in())));
        long images = dense(dyAt, dy, outRows);
        long aligned = dense(filters, conv, weights);
        long result = direct ? dxAt : take(rows * conv.in());
        pass.run(images, aligned, result, scratch[0]);
        if (!direct) {
            requireOk("convBackwardInput", BootNative.boot_affine(
                    context(), rows, conv.in(), result, conv.in(), 1, 0, baseAt, stride(base), dxAt, stride(dx)));
        }
    }

    @Override
    public void convBackwardWeights(
            int n, Conv conv, Conv.Gradients operands, Slice dWeights, Slice dBias, boolean accumulate) {
        if (!Cudnn.supports(conv)) {
            super.convBackwardWeights(n, conv, operands, dWeights, dBias, accumulate);
            return;
        }
        Tensor x = operands.x();
        Tensor dy = operands.dy();
        Tensor dShift = operands.dShift();
        requirePositive("n", n);
        long rows = (long) n * conv.pixels();
        long outRows = (long) n * conv.outPixels();
        long xAt = address("x", x, rows, conv.in());
        long dyAt = address("dy", dy, outRows, conv.out());
        long dWeightsAt = address("dWeights", dWeights, conv.weights());
        long dBiasAt = address("dBias", dBias, conv.out());
        long dShiftAt = optional("dShift", dShift, n, conv.out());

        Pass pass = cudnn.convolution(n, conv).filtersGradient();
        requireOk("convBackwardWeights", BootNative.boot_cuda_sum_images( // needs scratch memory itself, so it comes first
                context(), n, conv.outPixels(), conv.out(), dyAt, stride(dy), dBiasAt, dShiftAt, stride(dShift),
                accumulate ? 1 : 0));
        reserve(pass, copyLength(xAt, x, rows) + copyLength(dyAt, dy, outRows) + room(conv.weights()));
        long images = dense(xAt, x, rows);
        long gradients = dense(dyAt, dy, outRows);
        long result = take(conv.weights());
        pass.run(images, gradients, result, scratch[0]);
        requireOk("convBackwardWeights", BootNative.boot_cuda_transpose(
                context(), conv.out(), 9L * conv.in(), result, dWeightsAt, accumulate ? 1 : 0));
    }

    /** The address of the prepared form; 0 where there is none, and {@link #dense(long, Conv, Weights)} makes it. */
    private long filters(Conv conv, Weights weights) {
        address("weights", weights.values(), conv.weights());
        return prepared(weights, conv.weights());
    }

    /** Scratch memory for the workspace of a pass, behind pieces of {@code floats} in all, and the stream for it. */
    private void reserve(Pass pass, long floats) {
        cudnn.use(BootNative.boot_cuda_stream(context()));
        long workspace = (pass.workspaceBytes() + Float.BYTES - 1) / Float.BYTES;
        requireOk("scratch", BootNative.boot_cuda_scratch(context(), floats + room(workspace), scratch));
    }

    private long take(long floats) {
        long piece = scratch[0];
        scratch[0] += room(floats) * Float.BYTES;
        return piece;
    }

    private static long room(long floats) {
        return (floats + PIECE - 1) / PIECE * PIECE;
    }

    private static boolean isDense(long at, Tensor tensor) {
        return tensor.stride() == tensor.channels() && at % ALIGNMENT == 0;
    }

    /** The room that {@link #dense(long, Tensor, long)} takes. */
    private static long copyLength(long at, Tensor tensor, long rows) {
        return isDense(at, tensor) ? 0 : room(rows * tensor.channels());
    }

    /** The rows of a tensor one after another: where they lie, or a copy. */
    private long dense(long at, Tensor tensor, long rows) {
        return isDense(at, tensor) ? at : copy(at, rows, tensor.channels(), tensor.stride());
    }

    /** The room that {@link #dense(long, Conv, Weights)} takes. */
    private static long copyLength(long filters, Conv conv) {
        return filters != 0 && filters % ALIGNMENT == 0 ? 0 : room(conv.weights());
    }

    private long dense(long filters, Conv conv, Weights weights) {
        if (filters == 0) {
            long made = take(conv.weights());
            toFilters("filters", conv, weights, made);
            return made;
        }
        return filters % ALIGNMENT == 0 ? filters : copy(filters, conv.out(), 9 * conv.in(), 9 * conv.in());
    }

    private long copy(long at, long rows, int channels, int stride) {
        long copied = take(rows * channels);
        requireOk("copy",
                BootNative.boot_affine(context(), rows, channels, at, stride, 1, 0, 0, 0, copied, channels));
        return copied;
    }

    @Override
    public void close() {
        try {
            cudnn.close();
        } finally {
            super.close();
        }
    }
}
