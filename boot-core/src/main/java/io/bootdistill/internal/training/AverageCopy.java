package io.bootdistill.internal.training;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.work.WorkerPool;
import io.bootdistill.network.Model;

/**
 * Copies the averaged weights of a training to a model of the same network, on the device. Two jobs in parts that workers
 * share, one after the other; all is made once, so that a step allocates nothing.
 */
public final class AverageCopy {

    /** More than workers, so that they share evenly. */
    public static final int PARTS = 16;

    private final Model model;
    private final Kernels[] contexts;
    private final Tensor[] from = new Tensor[PARTS];
    private final Tensor[] to = new Tensor[PARTS];

    /** Copies a part of the weights. */
    public final WorkerPool.Task copy = this::copyPart;

    /** Then derives a part of the device's own forms of them. */
    public final WorkerPool.Task prepare = this::preparePart;

    /** @param contexts one per worker; they stay the caller's */
    public AverageCopy(TrainingState state, Model model, Kernels[] contexts) {
        this.model = model;
        this.contexts = contexts;
        for (int i = 0; i < PARTS; i++) {
            from[i] = part(state.ema(), i);
            to[i] = part(model.parameters(), i);
        }
    }

    private static Tensor part(Slice all, int i) {
        long first = all.length() * i / PARTS;
        return Tensor.of(all.slice(first, all.length() * (i + 1) / PARTS - first), 1);
    }

    private void copyPart(int worker, int i) {
        contexts[worker].affine(from[i].data().length(), from[i], 1, 0, null, to[i]);
    }

    private void preparePart(int worker, int i) {
        model.prepare(contexts[worker], i, PARTS);
    }
}
