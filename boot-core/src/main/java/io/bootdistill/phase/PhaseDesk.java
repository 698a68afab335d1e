package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.sampling.Trajectory;
import io.bootdistill.internal.sampling.TrajectoryInputs;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a {@link PhaseLesson} calls: the teacher of each round along its walks, and the student's average. */
final class PhaseDesk implements AutoCloseable {

    /**
     * The tensors of a block on a worker.
     *
     * @param bootstrap y_j ← y_e, by what the average says at x_j; null where the walks say all
     * @param goal F* = y_i + (y_e − y_i)/c(i → e)
     * @param signs those of a gradient; null where squares count
     */
    record Seat(@Nullable SignalStep bootstrap, SignalStep goal, @Nullable SignalStep signs) {}

    private final Classroom room;
    private final PhaseDraws draws;
    private final WalkRing ring;
    private final Scope scope = new Scope();

    /** The student of the round before; null where there is one round. */
    private final @Nullable Model previous;

    /** [stage][worker]. */
    private final Walker[][] walkers;

    /** What the teacher is given along the walks: [stage][block]. */
    private final TrajectoryInputs[][] inputs;

    /** Of each worker; null where the walks say all. */
    private final @Nullable Plan[] averages;

    /** [worker][block], made once: a step allocates nothing. */
    private final Seat[][] seats;

    PhaseDesk(Classroom room, PhaseDraws draws, WalkRing ring, PhaseOptions options) {
        this.room = room;
        this.draws = draws;
        this.ring = ring;
        int stages = draws.stages.all.size();
        int rounds = draws.stages.all.get(stages - 1).round() + 1;
        int workers = room.workers().size();
        walkers = new Walker[stages][workers];
        inputs = new TrajectoryInputs[stages][draws.blocks.count()];
        averages = new @Nullable Plan[workers];
        seats = new Seat[workers][draws.blocks.count()];
        try {
            previous = rounds == 1 ? null
                    : scope.own(new Model(room.student().graph(), room.student().device(), false));
            TeacherPlan[] students = new TeacherPlan[previous == null ? 0 : workers];
            for (int i = 0; i < students.length; i++) {
                students[i] = scope.own(new PreviousStudent(room, previous, room.workers().get(i)));
            }
            if (previous != null) {
                previous.load(room.student(), room.student().parameters());
            }
            for (int i = 0; i < stages; i++) {
                Stage stage = draws.stages.all.get(i);
                Trajectory trajectory = stage.trajectory(room.schedule(), options.walks().solver());
                for (Worker worker : room.workers()) {
                    TeacherPlan teacher = stage.round() == 0 ? worker.teacher() : students[worker.index()];
                    walkers[i][worker.index()] =
                            scope.own(new Walker(room, draws, i, trajectory, teacher, worker, ring));
                }
                Prediction prediction = stage.round() == 0 ? room.teacherOutput() : room.studentOutput();
                for (int b = 0; b < inputs[i].length; b++) {
                    inputs[i][b] = scope.own(new TrajectoryInputs(room.schedule(), room.condition().floats(), trajectory, prediction,
                            room.clip(), room.guidanceInterval(), room.student().device(), draws.fresh(i, room.block())));
                }
            }
            boolean bootstraps = draws.stages.all.stream().anyMatch(stage -> !stage.isSupervised());
            for (int i = 0; i < workers; i++) {
                averages[i] = bootstraps ? scope.own(new Plan(room.target(), room.block(), Plan.Mode.INFERENCE)) : null;
                for (int b = 0; b < seats[i].length; b++) {
                    seats[i][b] = seat(room.workers().get(i), averages[i], b, options.loss());
                }
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private Seat seat(Worker worker, @Nullable Plan average, int block, PixelLoss loss) {
        Tensor known = ring.known(block);
        Tensor x = worker.f();
        Tensor y = worker.y();
        Tensor dy = worker.student().dy();
        return new Seat(average == null ? null : new SignalStep(0, y, y, average.y(), null, null, known, null, known, null),
                new SignalStep(0, x, x, known, null, null, ring.start(block), null, worker.target(), null),
                loss == PixelLoss.SQUARED ? null : new SignalStep(0, y, y, y, null, null, dy, null, dy, null));
    }

    Seat seat(Worker worker, int block) {
        return seats[worker.index()][block];
    }

    Walker walker(int stage, Worker worker) {
        return walkers[stage][worker.index()];
    }

    /** Brings to the device what the teacher is given of the walks that a step begins. */
    void upload(int stage, Kernels kernels) {
        for (int b = 0; b < draws.blocks.count(); b++) {
            inputs[stage][b].upload(kernels, draws.fresh(stage, draws.blocks.size(b)), draws.samples.scales(),
                    draws.samples.conditions(), draws.blocks.first(b));
        }
    }

    boolean isTeacherOnDevice() {
        return room.isTeacherOnDevice();
    }

    TrajectoryInputs inputs(int stage, int block) {
        return inputs[stage][block];
    }

    Plan average(Worker worker) {
        return averages[worker.index()];
    }

    /** Lets the student of these weights teach. */
    void teach(Kernels kernels, Slice weights) {
        previous.take(kernels, weights);
    }

    /** What changes, for a checkpoint. */
    Map<String, Slice> state() {
        Map<String, Slice> state = new TreeMap<>();
        if (previous != null) {
            state.put("teacher", previous.parameters());
        }
        if (ring.saved() != null) {
            state.put("walks", ring.saved());
        }
        return state;
    }

    void restored() {
        if (previous != null) {
            previous.prepare(room.workers().get(0).kernels(), 0, 1);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
