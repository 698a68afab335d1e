package io.bootdistill.internal.distillation;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TrajectoryInputs;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;

/**
 * The signals of trajectories, in device memory shared by all workers. A step has three parts: the trajectories of its new
 * noises are {@link #solved}; the host moves their signals to the ring of recent steps, and from there the {@link #targets} of
 * the step, which depend on what is drawn; then the student learns them. So the first and the last can be captured.
 */
final class TrajectoryBuffer implements AutoCloseable {

    /** Whose signals it keeps. */
    final TrajectoryDraws draws;

    private final ImageShape shape;
    private final Batch batch;
    private final Scope scope = new Scope();
    private final DeviceMemory ring;

    /** Made once, so that a step allocates nothing: [block][slot][fresh noise][signal]. */
    private final Tensor[] cells;

    private final TrajectoryInputs[] inputs;

    /** Of each block, after each evaluation that is needed; of its noises together and one by one. */
    private final Tensor[][] solved;

    private final Tensor[][][] solvedNoise;

    /** Of each block, and of each sample. */
    private final Tensor[] targets;

    private final Tensor[] target;

    /** Likewise: what samples start from that restart. */
    private final Tensor[] starts;

    private final Tensor[] start;
    private final boolean isSaved;
    private final float[] values;
    private final int slots;
    private final int fresh;
    private final int signals;

    /** @param isSaved whether checkpoints hold the ring, whose teacher is gone when the run goes on */
    TrajectoryBuffer(Batch batch, TeacherModel teacher, Device device, boolean isSaved) {
        this.batch = batch;
        this.isSaved = isSaved;
        shape = teacher.shape();
        draws = batch.trajectories;
        signals = draws.signals();
        fresh = draws.fresh(batch.block);
        long slot = (long) batch.blocks * fresh * signals;
        long most = Integer.MAX_VALUE / slot - 1;
        Checks.that(draws.history() <= most, "trajectoryInterval", batch.config.trajectoryInterval(),
                "less for so large a batch: a trajectory's last use may be at most " + most + " steps after it is solved");
        slots = (int) draws.history() + 1;
        values = new float[shape.size()];
        cells = new Tensor[Math.toIntExact(slot * slots)];
        inputs = new TrajectoryInputs[batch.blocks];
        int evaluations = draws.trajectory().evaluations();
        int kept = draws.isAtEnd() ? 1 : evaluations;
        int restarted = batch.config.restartSamples();
        solved = new Tensor[batch.blocks][evaluations];
        solvedNoise = new Tensor[batch.blocks][evaluations][fresh];
        targets = new Tensor[batch.blocks];
        target = new Tensor[batch.rows];
        starts = new Tensor[batch.blocks];
        start = new Tensor[batch.rows];
        try {
            ring = scope.own(device.allocate((long) cells.length * shape.size()));
            for (int i = 0; i < cells.length; i++) {
                cells[i] = images(ring, i, 1);
            }
            DeviceMemory step = scope.own(
                    device.allocate(((long) batch.blocks * kept * fresh + batch.rows + restarted) * shape.size()));
            int at = 0;
            for (int block = 0; block < batch.blocks; block++) {
                inputs[block] = scope.own(
                        new TrajectoryInputs(teacher, draws.trajectory(), batch.prediction, batch.clip, device, fresh));
                for (int evaluation = evaluations - kept; evaluation < evaluations; evaluation++) {
                    solved[block][evaluation] = images(step, at, fresh);
                    for (int i = 0; i < fresh; i++) {
                        solvedNoise[block][evaluation][i] = images(step, at++, 1);
                    }
                }
            }
            for (int block = 0; block < batch.blocks; block++) {
                targets[block] = images(step, at, batch.samples(block));
                for (int i = 0; i < batch.samples(block); i++) {
                    target[batch.firstRow(block) + i] = images(step, at++, 1);
                }
                starts[block] = images(step, at, batch.restartSamples(block));
                for (int i = 0; i < batch.restartSamples(block); i++) {
                    start[batch.firstRow(block) + i] = images(step, at++, 1);
                }
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Tensor images(DeviceMemory memory, int from, int count) {
        return Tensor.of(memory.slice((long) from * shape.size(), (long) count * shape.size()), shape.channels());
    }

    /** What the walks of the blocks' new noises read, from the batch as it is drawn. */
    void upload(Kernels kernels) {
        for (int block = 0; block < batch.blocks; block++) {
            inputs[block].upload(kernels, draws.fresh(batch.samples(block)), batch.samples.guidance, batch.samples.condition,
                    batch.firstRow(block));
        }
    }

    TrajectoryInputs inputs(int block) {
        return inputs[block];
    }

    /** Where a walk leaves the signals after an evaluation; null where no point is there. */
    Tensor solved(int block, int evaluation) {
        return solved[block][evaluation];
    }

    /** Keeps the signals that were solved in the step that is drawn, for it and others to come. */
    void keep(Kernels kernels) {
        for (int block = 0; block < batch.blocks; block++) {
            for (int i = 0; i < draws.fresh(batch.samples(block)); i++) {
                long noise = batch.noise(batch.firstRow(block) + i);
                for (int signal = 0; signal < signals; signal++) {
                    Tensor cell = cell(block, batch.step, i, signal);
                    copySignal(kernels, block, i, draws.timeOfSignal(noise, signal), cell);
                    if (isSaved) { // float32 on every device, so that a checkpoint loses nothing
                        kernels.download(cell.data(), values, 0);
                        kernels.upload(values, 0, cell.data());
                    }
                }
            }
        }
    }

    /** Brings the targets of the step that is drawn together, and what its samples start from that restart. */
    void gather(Kernels kernels) {
        for (int block = 0; block < batch.blocks; block++) {
            int noises = draws.fresh(batch.samples(block));
            for (int i = 0; i < batch.samples(block); i++) {
                int use = i / noises;
                int row = batch.firstRow(block) + i;
                long origin = draws.origin(batch.step, use);
                copy(kernels, cell(block, origin, i % noises, draws.target(use)), target[row]);
                if (i < batch.restartSamples(block)) {
                    copy(kernels, cell(block, origin, i % noises, draws.start(use)), start[row]);
                }
            }
        }
    }

    int blocks() {
        return targets.length;
    }

    /** The targets of a block, which a step may change. */
    Tensor targets(int block) {
        return targets[block];
    }

    /** y_u of the samples of a block that restart. */
    Tensor starts(int block) {
        return starts[block];
    }

    /** The ring, for a checkpoint; null where there is no need. */
    Slice saved() {
        return isSaved ? ring.slice() : null;
    }

    /** A signal of a new noise of a block, solved in the given step. */
    private Tensor cell(int block, long step, int noise, int signal) {
        return cells[((block * slots + (int) (step % slots)) * fresh + noise) * signals + signal];
    }

    /** The signal of a new noise at a time: between those after two evaluations, but in the first step and at the end. */
    private void copySignal(Kernels kernels, int block, int noise, double t, Tensor to) {
        Tensor[][] signal = solvedNoise[block];
        int step = draws.step(t);
        if (step == 0 || step == draws.trajectory().evaluations() - 1) {
            copy(kernels, signal[step][noise], to);
        } else {
            float share = (float) draws.share(step, t);
            kernels.affine(shape.pixels(), signal[step][noise], share, 0, null, to);
            kernels.affine(shape.pixels(), signal[step - 1][noise], 1 - share, 0, to, to);
        }
    }

    private void copy(Kernels kernels, Tensor from, Tensor to) {
        kernels.affine(shape.pixels(), from, 1, 0, null, to);
    }

    @Override
    public void close() {
        scope.close();
    }
}
