package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
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
import org.jspecify.annotations.Nullable;

/** What a {@link PhaseLesson} calls: the teacher of each round along its walks, and the student's average. */
final class PhaseDesk implements AutoCloseable {

    private final Classroom room;
    private final Scope scope = new Scope();

    /** The student of the round before; null where there is one round. */
    private final @Nullable Model previous;

    /** [stage][worker]. */
    private final Walker[][] walkers;

    /** What the teacher is given along the walks: [stage][block]. */
    private final TrajectoryInputs[][] inputs;

    /** Of each worker; null where the walks say all. */
    private final @Nullable Plan[] averages;

    PhaseDesk(Classroom room, PhaseDraws draws, WalkRing ring, PhaseObjective objective) {
        this.room = room;
        int stages = draws.stages.all.size();
        int workers = room.workers().size();
        walkers = new Walker[stages][workers];
        inputs = new TrajectoryInputs[stages][draws.blocks.count()];
        averages = new @Nullable Plan[workers];
        try {
            previous = objective.networks() == 0 ? null
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
                Trajectory trajectory = stage.trajectory(room.schedule(), objective.walks().solver());
                for (Worker worker : room.workers()) {
                    TeacherPlan teacher = stage.round() == 0 ? worker.teacher() : students[worker.index()];
                    walkers[i][worker.index()] =
                            scope.own(new Walker(room, draws, i, trajectory, teacher, worker, ring));
                }
                Prediction prediction = stage.round() == 0 ? room.teacherOutput() : room.studentOutput();
                for (int b = 0; b < inputs[i].length; b++) {
                    inputs[i][b] = scope.own(new TrajectoryInputs(room.schedule(), room.condition().floats(), trajectory, prediction,
                            room.clip(), room.guidanceInterval(), room.student().device(), draws.fresh(stage, room.block())));
                }
            }
            boolean bootstraps = draws.stages.all.stream().anyMatch(stage -> !stage.isSupervised());
            for (int i = 0; i < workers && bootstraps; i++) {
                averages[i] = scope.own(new Plan(room.target(), room.block(), Plan.Mode.INFERENCE));
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    Walker walker(int stage, Worker worker) {
        return walkers[stage][worker.index()];
    }

    TrajectoryInputs inputs(int stage, int block) {
        return inputs[stage][block];
    }

    Plan average(Worker worker) {
        return averages[worker.index()];
    }

    /** Lets the student of these weights teach. */
    void teach(Kernels kernels, Slice weights) {
        kernels.affine(weights.length(), Tensor.of(weights, 1), 1, 0, null, Tensor.of(previous.parameters(), 1));
        previous.prepare(kernels, 0, 1);
    }

    /** What changes, for a checkpoint. */
    Map<String, Slice> state() {
        return previous == null ? Map.of() : Map.of("teacher", previous.parameters());
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
