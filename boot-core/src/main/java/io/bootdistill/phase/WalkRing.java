package io.bootdistill.phase;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import org.jspecify.annotations.Nullable;

/**
 * The signals of the walks of recent steps, in device memory: [slot][point][block][walk]. What a step has solved is {@link #keep
 * kept}; {@link #gather} brings the two signals of each sample together. Stages use the same memory, one after the other.
 */
final class WalkRing implements AutoCloseable {

    /**
     * Where the signals of a stage lie.
     *
     * @param solved the walks of a step: [point·blocks + block]
     * @param slots the same of recent steps, each as one
     * @param cells the same, one by one
     */
    private record Layout(Stage stage, int walks, Tensor whole, Tensor[] solved, Tensor[] slots, Tensor[] cells) {}

    /** Values that pass through the host at a time. */
    static final int PORTION = 1 << 20;

    private final Classroom room;
    private final PhaseDraws draws;
    private final int size;
    private final int pixels;
    private final int channels;
    private final Scope scope = new Scope();
    private final DeviceMemory ring;
    private final Layout[] layouts;

    /** y_i of all samples, then y_j; as blocks, and one by one. */
    private final Tensor[][] gathered;

    private final Tensor[][] samples;
    private final float @Nullable [] values;

    /** @param isSaved whether checkpoints hold the ring, whose teacher is gone when the run goes on */
    WalkRing(Classroom room, PhaseDraws draws, boolean isSaved) {
        this.room = room;
        this.draws = draws;
        size = room.shape().size();
        pixels = room.shape().pixels();
        channels = room.shape().channels();
        int stages = draws.stages.all.size();
        long[] step = new long[stages];
        long longest = 0;
        for (int i = 0; i < stages; i++) {
            step[i] = draws.stages.all.get(i).signals(draws.blocks, room.block());
            longest = Math.max(longest, step[i]);
        }
        long most = draws.stages.signals(draws.blocks, room.block(), draws.walks);
        values = isSaved ? new float[(int) Math.min(longest * size, PORTION)] : null;
        layouts = new Layout[stages];
        gathered = new Tensor[2][draws.blocks.count()];
        samples = new Tensor[2][room.batch()];
        Device device = room.student().device();
        try {
            ring = scope.own(device.allocate(most * size));
            DeviceMemory solved = scope.own(device.allocate(longest * size));
            DeviceMemory pairs = scope.own(device.allocate(2L * room.batch() * size));
            for (int i = 0; i < stages; i++) {
                layouts[i] = layout(i, (int) step[i], (int) draws.history(i) + 1, solved);
            }
            for (int of = 0; of < 2; of++) {
                int before = of * room.batch();
                for (int b = 0; b < draws.blocks.count(); b++) {
                    gathered[of][b] = images(pairs, before + draws.blocks.first(b), draws.blocks.size(b));
                }
                for (int row = 0; row < room.batch(); row++) {
                    samples[of][row] = images(pairs, before + row, 1);
                }
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Layout layout(int stage, int step, int slots, DeviceMemory solved) {
        int walks = draws.fresh(stage, room.block());
        Layout made = new Layout(draws.stages.all.get(stage), walks, images(solved, 0, step), new Tensor[step / walks], new Tensor[slots],
                new Tensor[slots * step]);
        for (int i = 0; i < made.solved.length; i++) {
            made.solved[i] = images(solved, (long) i * walks, walks);
        }
        for (int i = 0; i < slots; i++) {
            made.slots[i] = images(ring, (long) i * step, step);
        }
        for (int i = 0; i < made.cells.length; i++) {
            made.cells[i] = images(ring, i, 1);
        }
        return made;
    }

    private Tensor images(DeviceMemory memory, long from, int count) {
        return Tensor.of(memory.slice(from * size, (long) count * size), channels);
    }

    /** Where a walk leaves the signals of a block at a point; null where they are not kept. */
    @Nullable Tensor place(int stage, int block, int point) {
        Layout layout = layouts[stage];
        int stride = layout.stage.stride();
        return point % stride == 0 ? layout.solved[point / stride * draws.blocks.count() + block] : null;
    }

    /** Keeps what was solved in a step, for it and others to come. */
    void keep(long step, Kernels kernels) {
        Layout layout = layouts[draws.stages.at(step)];
        Tensor slot = layout.slots[(int) (step % layout.slots.length)];
        kernels.affine(slot.data().length() / slot.channels(), layout.whole, 1, 0, null, slot);
        if (values != null) { // float32 on every device, so that a checkpoint loses nothing
            for (long from = 0; from < slot.data().length(); from += PORTION) {
                Slice portion = slot.data().slice(from, Math.min(PORTION, slot.data().length() - from));
                kernels.download(portion, values, 0);
                kernels.upload(values, 0, portion);
            }
        }
    }

    /** Brings the signals together that the samples of a step learn from. */
    void gather(long step, Kernels kernels) {
        Layout layout = layouts[draws.stages.at(step)];
        for (int block = 0; block < draws.blocks.count(); block++) {
            for (int row = draws.blocks.first(block); row < draws.blocks.first(block + 1); row++) {
                copy(kernels, layout, block, row, draws.start[row], samples[0][row]);
                copy(kernels, layout, block, row, draws.known[row], samples[1][row]);
            }
        }
    }

    private void copy(Kernels kernels, Layout layout, int block, int row, int point, Tensor to) {
        int slot = (int) (draws.origin[row] % layout.slots.length);
        int at = ((slot * layout.stage.kept() + point / layout.stage.stride()) * draws.blocks.count() + block) * layout.walks;
        kernels.affine(pixels, layout.cells[at + draws.walk[row]], 1, 0, null, to);
    }

    /** y_i of a block. */
    Tensor start(int block) {
        return gathered[0][block];
    }

    /** y_j of a block, which a step may change. */
    Tensor known(int block) {
        return gathered[1][block];
    }

    /** Steps before one that have to be solved again. */
    long history(long step) {
        int at = draws.stages.at(step);
        return values == null ? Math.min(draws.history(at), step - draws.stages.first(at)) : 0;
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
