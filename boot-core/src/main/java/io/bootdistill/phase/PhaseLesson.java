package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.BlockLoss;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.Losses;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Gradients;
import io.bootdistill.network.Plan;
import java.util.List;
import java.util.Map;

/**
 * A step of a denoiser that learns where a phase of its teacher's walk ends, from noise to a gradient:
 *
 * <pre>
 * ε, new ─ teacher, N steps ─► y_0 … y_N ─► ring of recent steps ─► y_i, y_j of new and earlier walks
 * x_j ─ the student's average at t_j ─► h ─► y_e = y_j + c(j → e) (h − y_j); y_j where the walk itself says y_e
 * x_i ─ student at t_i ─► f̂ ─► loss against F* = y_i + (y_e − y_i)/c(i → e) ─► gradient
 * </pre>
 */
final class PhaseLesson implements Lesson {

    private final int pixels;
    private final PhaseDraws draws;
    private final PhaseDraws.Part[] parts;
    private final PhaseDesk desk;
    final WalkRing ring;
    private final BlockLoss loss;
    private final Scope scope = new Scope();
    private long step;
    private int stage;

    PhaseLesson(Classroom room, ResidualWeighting weighting, PhaseDraws draws, PhaseOptions options) {
        this.draws = scope.own(draws);
        pixels = room.shape().pixels();
        try {
            parts = draws.open();
            ring = scope.own(new WalkRing(room, draws, room.isTeacherMoving()));
            desk = scope.own(new PhaseDesk(room, draws, ring, options));
            loss = scope.own(new BlockLoss(room, room.batch(), weighting));
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
        this.step = step;
        stage = draws.stages.at(step);
        draws.draw(step, kernels);
        desk.upload(stage, kernels);
    }

    @Override
    public boolean solves() {
        return true;
    }

    @Override
    public void solve(Worker worker, int block) {
        desk.walker(stage, worker).solve(block, parts[block], desk.inputs(stage, block));
    }

    @Override
    public void between(Kernels kernels) {
        ring.keep(step, kernels);
        ring.gather(step, kernels);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        PhaseDraws.Part part = parts[block];
        PhaseDesk.Seat seat = desk.seat(worker, block);
        int n = part.samples();
        Kernels kernels = worker.kernels();
        kernels.noise(n, pixels, part.seeds(), 0, worker.noise());
        if (!draws.stages.all.get(stage).isSupervised()) { // rows whose phase ends at j stay as they are
            kernels.combine(n, pixels, part.knownAlpha(), ring.known(block), part.knownSigma(), worker.noise(), worker.y());
            worker.call(desk.average(worker), worker.y(), part.atKnown(), n);
            kernels.signalStep(n, pixels, part.bootstrap(), seat.bootstrap());
        }
        kernels.combine(n, pixels, part.alpha(), ring.start(block), part.sigma(), worker.noise(), worker.f());
        kernels.signalStep(n, pixels, part.goal(), seat.goal());
        Plan student = worker.student();
        worker.call(student, worker.f(), part.atStart(), n);
        loss.run(worker, block, n, part.goal(), worker.f(), worker.target());
        if (seat.signs() != null) {
            worker.copy(n, student.dy(), worker.y());
            kernels.signalStep(n, pixels, part.absolute(), seat.signs());
        }
        student.backward(kernels, n, lane, accumulate);
    }

    @Override
    public boolean solvesOnDevice() {
        return desk.isTeacherOnDevice();
    }

    @Override
    public Losses losses(Kernels kernels) {
        return draws.losses(loss, kernels);
    }

    @Override
    public List<Long> stages() {
        return draws.stages.begins();
    }

    @Override
    public List<Long> rounds() {
        return draws.stages.rounds();
    }

    @Override
    public void beginRound(Kernels kernels, Slice average) {
        desk.teach(kernels, average);
    }

    @Override
    public long history(long step) {
        return ring.history(step);
    }

    @Override
    public Map<String, Slice> state() {
        return desk.state();
    }

    @Override
    public void restored() {
        desk.restored();
    }

    @Override
    public void close() {
        scope.close();
    }
}
