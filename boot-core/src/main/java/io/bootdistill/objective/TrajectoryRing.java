package io.bootdistill.objective;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.lesson.Blocks;
import io.bootdistill.lesson.Classroom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The signals of trajectories of recent steps, in device memory: [slot][signal][block][noise]. What a step has solved is
 * {@link #keep kept}; {@link #gather} brings together what its samples learn from. What lies side by side moves in one call: of a
 * use, the signals of all blocks where these are alike.
 */
final class TrajectoryRing implements AutoCloseable {

    /** Copies a signal of some noises of neighbouring blocks: {@code from} one of the slots {@code to} samples of the step. */
    private record Gather(int use, int blocks, Tensor[] from, Tensor to) {}

    private final TrajectoryDraws draws;
    private final SolvedSignals solved;
    private final Blocks blocks;
    private final int size;
    private final int channels;
    private final int slots;
    private final int fresh;
    private final int signals;
    private final Scope scope = new Scope();
    private final DeviceMemory ring;
    private final Tensor[] targets;
    private final @Nullable Tensor[] starts;

    /** Made once, so that a step allocates nothing: [slot], and [slot][signal][block][noise]. */
    private final Tensor[] slot;

    private final Tensor[] cells;
    private final List<Gather> gathers = new ArrayList<>();
    private final float @Nullable [] values;

    /** @param isSaved whether checkpoints hold the ring, whose teacher is gone when the run goes on */
    TrajectoryRing(Classroom room, TrajectoryDraws draws, SolvedSignals solved, boolean isSaved) {
        this.draws = draws;
        this.solved = solved;
        blocks = draws.rows.blocks;
        size = room.shape().size();
        channels = room.shape().channels();
        signals = draws.signals();
        fresh = draws.fresh(room.block());
        long length = (long) blocks.count() * fresh * signals;
        long most = Integer.MAX_VALUE / length - 1;
        Checks.that(draws.history() <= most, "the interval of trajectories", draws.history() / Math.max(1, draws.uses() - 1),
                "less for so large a batch: a trajectory's last use may be at most " + most + " steps after it is solved");
        slots = (int) draws.history() + 1;
        values = isSaved ? new float[Math.toIntExact(length * size)] : null;
        targets = new Tensor[blocks.count()];
        starts = new @Nullable Tensor[blocks.count()];
        slot = new Tensor[slots];
        cells = new Tensor[draws.isAtEnd() ? 0 : Math.toIntExact(length * slots)];
        Device device = room.student().device();
        try {
            ring = scope.own(device.allocate(length * slots * size));
            DeviceMemory step = scope.own(device.allocate((long) (blocks.rows() + draws.rows.restartSamples) * size));
            for (int i = 0; i < slots; i++) {
                slot[i] = images(ring, i * length, (int) length);
            }
            for (int i = 0; i < cells.length; i++) {
                cells[i] = images(ring, i, 1);
            }
            int at = lay(targets, step, 0, blocks::size, false);
            lay(starts, step, at, draws.rows::restarted, true);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Tensor images(DeviceMemory memory, long from, int count) {
        return Tensor.of(memory.slice(from * size, (long) count * size), channels);
    }

    /**
     * Lays out what is gathered for the first samples of each block.
     *
     * @param isStart whether these are states to start from, else targets
     * @return the images so far
     */
    private int lay(@Nullable Tensor[] places, DeviceMemory memory, int from, IntUnaryOperator samples, boolean isStart) {
        int at = from;
        boolean alike = true;
        for (int b = 0; b < blocks.count(); b++) {
            int n = samples.applyAsInt(b);
            alike &= n == samples.applyAsInt(0) && blocks.size(b) == blocks.size(0);
            places[b] = n == 0 ? null : images(memory, at, n);
            at += n;
        }
        for (int b = 0, first = from; b < (alike ? 1 : blocks.count()); b++) {
            int n = samples.applyAsInt(b);
            addGathers(memory, first, b, alike ? blocks.count() : 1, n, isStart);
            first += n;
        }
        return at;
    }

    private void addGathers(DeviceMemory memory, int at, int block, int count, int n, boolean isStart) {
        int noises = draws.fresh(blocks.size(block));
        for (int use = 0; use * noises < n; use++) {
            int width = Math.min(noises, n - use * noises) * size;
            Tensor[] from = new Tensor[slots];
            int signal = isStart ? draws.start(use) : draws.target(use);
            for (int i = 0; i < slots; i++) {
                from[i] = strided(ring, cell(i, signal, block, 0), width, count, fresh);
            }
            gathers.add(new Gather(use, count, from, strided(memory, at + use * noises, width, count, n)));
        }
    }

    /** So many values of each of {@code count} rows that lie {@code stride} images apart. */
    private Tensor strided(DeviceMemory memory, long from, int width, int count, int stride) {
        long distance = (long) stride * size;
        return new Tensor(memory.slice(from * size, (count - 1) * distance + width), width, Math.toIntExact(distance));
    }

    private int cell(int slot, int signal, int block, int noise) {
        return ((slot * signals + signal) * blocks.count() + block) * fresh + noise;
    }

    /** Keeps the signals that were solved in a step, for it and others to come. */
    void keep(long step, Kernels kernels) {
        int place = (int) (step % slots);
        if (draws.isAtEnd()) {
            kernels.affine(slot[place].data().length() / channels, solved.atEnd(), 1, 0, null, slot[place]);
        } else {
            keepTimes(step, place, kernels);
        }
        if (values != null) { // float32 on every device, so that a checkpoint loses nothing
            kernels.download(slot[place].data(), values, 0);
            kernels.upload(values, 0, slot[place].data());
        }
    }

    /** Each signal is at a time of its own. */
    private void keepTimes(long step, int place, Kernels kernels) {
        for (int b = 0; b < blocks.count(); b++) {
            for (int i = 0; i < draws.fresh(blocks.size(b)); i++) {
                long noise = draws.noise(step, blocks.first(b) + i);
                for (int signal = 0; signal < signals; signal++) {
                    solved.at(kernels, b, i, draws.timeOfSignal(noise, signal), cells[cell(place, signal, b, i)]);
                }
            }
        }
    }

    /** Brings the targets of a step together, and what its samples start from that restart. */
    void gather(long step, Kernels kernels) {
        for (int i = 0; i < gathers.size(); i++) {
            Gather g = gathers.get(i);
            kernels.affine(g.blocks, g.from[(int) (draws.origin(step, g.use) % slots)], 1, 0, null, g.to);
        }
    }

    /** The targets of a block, which a step may change. */
    Tensor targets(int block) {
        return targets[block];
    }

    /** y_u of the samples of a block that restart. */
    @Nullable Tensor starts(int block) {
        return starts[block];
    }

    /** The ring, for a checkpoint; null where there is no need. */
    @Nullable Slice saved() {
        return values == null ? null : ring.slice();
    }

    @Override
    public void close() {
        scope.close();
    }
}
