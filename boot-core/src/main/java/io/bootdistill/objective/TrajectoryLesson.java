package io.bootdistill.objective;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Plan;
import java.util.Map;

/**
 * A step of regression on the teacher's trajectories, y_θ(ε, t) ← y_t, from noise to a gradient:
 * <pre>
 * ε, new ─ teacher, ten steps ─► y at the ends of all ─► ring of recent steps ─► targets y_t of new and earlier noises
 * ε ─ student at t ─► ŷ ─► loss against the target ─► gradient
 * </pre>
 */
final class TrajectoryLesson implements Lesson {

    private final int pixels;
    private final TrajectoryDraws draws;
    private final StudentForm form;
    private final SolvedSignals solved;
    final TrajectoryRing ring;
    final BlockLoss loss;
    private final Classroom room;
    final Block[] blocks;
    private final TrajectoryDesk[] desks;

    /** Of each worker. */
    private final TrajectorySolver[] solvers;

    private final Scope scope = new Scope();
    private long step;

    TrajectoryLesson(Classroom room, Assignment assignment, TrajectoryDraws draws) {
        this.draws = scope.own(draws);
        form = draws.form();
        pixels = room.shape().pixels();
        this.room = room;
        solvers = new TrajectorySolver[room.workers().size()];
        try {
            blocks = draws.open();
            solved = scope.own(new SolvedSignals(room, draws));
            ring = scope.own(new TrajectoryRing(room, draws, solved, room.isTeacherMoving()));
            loss = scope.own(new BlockLoss(room, room.batch(), assignment.weighting()));
            desks = TrajectoryDesk.of(room, draws, blocks, scope);
            for (int i = 0; i < solvers.length; i++) {
                solvers[i] = scope.own(new TrajectorySolver(room, draws, solved, room.workers().get(i)));
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    @Override
    public int blocks() {
        return blocks.length;
    }

    @Override
    public void draw(long step, Kernels kernels) {
        this.step = step;
        draws.draw(step, kernels);
        for (Block b : blocks) {
            desks[b.index()].inputs().upload(
                    kernels, draws.fresh(b.samples()), draws.samples.scales(), draws.samples.conditions(), b.from());
        }
    }

    @Override
    public boolean solves() {
        return true;
    }

    /** The trajectories of the block's first noises, which are new. */
    @Override
    public void solve(Worker worker, int index) {
        Block block = blocks[index];
        worker.kernels().noise(block.samples(), pixels, block.seeds(), 0, desks[index].noise());
        solvers[worker.index()].solve(index, draws.fresh(block.samples()), desks[index].noise(), desks[index].inputs());
    }

    @Override
    public void between(Kernels kernels) {
        ring.keep(step, kernels);
        ring.gather(step, kernels);
    }

    @Override
    public void learn(Worker worker, int index, Gradients lane, boolean accumulate) {
        Block block = blocks[index];
        int n = block.samples();
        Tensor target = ring.targets(index);
        Tensor noise = desks[index].noise();
        form.begin(worker, block, noise);
        if (block.restarted() > 0) {
            reach(worker, block, noise);
            draws.twoTimes().restart(worker, block, noise, ring.starts(index));
        }
        form.subtract(worker, block, target);
        Plan student = worker.student();
        Tensor input = form.input(worker, noise);
        worker.call(student, input, block.atS(), n);
        loss.run(worker, index, n, form.head(block), input, target);
        student.backward(worker.kernels(), n, lane, accumulate);
    }

    /** The signals that the student itself has at the time where some samples restart, in place of the teacher's. */
    private void reach(Worker worker, Block block, Tensor noise) {
        int own = draws.own(block.index());
        if (own > 0) {
            Tensor starts = ring.starts(block.index());
            worker.call(worker.student(), noise, block.atStart(), own);
            worker.kernels().signalState(own, pixels, draws.ownHead(block.index()), noise, worker.student().y(), starts, null);
        }
    }

    @Override
    public boolean solvesOnDevice() {
        return room.isTeacherOnDevice();
    }

    @Override
    public Losses losses(Kernels kernels) {
        return draws.losses(loss, kernels);
    }

    @Override
    public long history(long step) {
        return ring.saved() == null ? draws.history() : 0;
    }

    @Override
    public Map<String, Slice> state() {
        return ring.saved() == null ? Map.of() : Map.of("trajectories", ring.saved());
    }

    @Override
    public void close() {
        scope.close();
    }
}
