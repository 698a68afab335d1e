package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.TrajectoryInputs;
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
import java.util.TreeMap;

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
    private final Classroom room;
    private final PhaseDraws draws;
    private final PhaseDraws.Part[] parts;
    private final PhaseDesk desk;
    final WalkRing ring;
    final BlockLoss loss;
    private final Scope scope = new Scope();
    private long step;
    private int stage;

    PhaseLesson(Classroom room, ResidualWeighting weighting, PhaseDraws draws, PhaseObjective objective) {
        this.room = room;
        this.draws = scope.own(draws);
        pixels = room.shape().pixels();
        try {
            parts = draws.open();
            ring = scope.own(new WalkRing(room, draws, room.isTeacherMoving()));
            desk = scope.own(new PhaseDesk(room, draws, ring, objective));
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
        for (int b = 0; b < parts.length; b++) {
            TrajectoryInputs inputs = desk.inputs(stage, b);
            inputs.upload(kernels, fresh(b), draws.samples.scales(), draws.samples.conditions(), parts[b].from());
        }
    }

    private int fresh(int block) {
        return draws.fresh(draws.stages.all.get(stage), parts[block].samples());
    }

    @Override
    public boolean solves() {
        return true;
    }

    @Override
    public void solve(Worker worker, int block) {
        worker.kernels().noise(fresh(block), pixels, parts[block].seeds(), 0, worker.noise());
        desk.walker(stage, worker).solve(block, fresh(block), desk.inputs(stage, block));
    }

    @Override
    public void between(Kernels kernels) {
        ring.keep(step, kernels);
        ring.gather(step, kernels);
    }

    @Override
    public void learn(Worker worker, int block, Gradients lane, boolean accumulate) {
        PhaseDraws.Part part = parts[block];
        Kernels kernels = worker.kernels();
        Tensor x = worker.f();
        kernels.noise(part.samples(), pixels, part.seeds(), 0, worker.noise());
        if (!draws.stages.all.get(stage).isSupervised()) {
            bootstrap(worker, part, ring.known(block));
        }
        kernels.combine(part.samples(), pixels, part.alpha(), ring.start(block), part.sigma(), worker.noise(), x);
        aim(kernels, part, x, ring.start(block), ring.known(block), worker.target());
        Plan student = worker.student();
        worker.call(student, x, part.atStart(), part.samples());
        loss.run(worker, block, part.samples(), part.goal(), x, worker.target());
        student.backward(kernels, part.samples(), lane, accumulate);
    }

    /** y_j ← y_e, by what the average says at x_j; rows whose phase ends at j stay as they are. */
    private void bootstrap(Worker worker, PhaseDraws.Part part, Tensor y) {
        Plan average = desk.average(worker);
        worker.kernels().combine(
                part.samples(), pixels, part.knownAlpha(), y, part.knownSigma(), worker.noise(), worker.y());
        worker.call(average, worker.y(), part.atKnown(), part.samples());
        worker.kernels().signalStep(part.samples(), pixels, part.bootstrap(),
                new SignalStep(0, worker.y(), worker.y(), average.y(), null, null, y, null, y, null));
    }

    /** F* = y_i + (y_e − y_i)/c(i → e). */
    private void aim(Kernels kernels, PhaseDraws.Part part, Tensor x, Tensor start, Tensor end, Tensor target) {
        kernels.signalStep(part.samples(), pixels, part.goal(),
                new SignalStep(0, x, x, end, null, null, start, null, target, null));
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
        int at = draws.stages.at(step);
        return ring.saved() == null ? Math.min(draws.history(at), step - draws.stages.first(at)) : 0;
    }

    @Override
    public Map<String, Slice> state() {
        Map<String, Slice> state = new TreeMap<>(desk.state());
        if (ring.saved() != null) {
            state.put("walks", ring.saved());
        }
        return state;
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
