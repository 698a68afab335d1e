package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Learner;
import io.bootdistill.lesson.Worker;
import java.util.Map;
import java.util.function.Function;

/**
 * The network f_ψ that learns to denoise the student's samples, x_τ = α_τ y + σ_τ ε' with y = y_θ(ε, t_min), as the teacher has
 * learnt to denoise images: so it models their distribution.
 */
final class OnlineNetwork {

    private final Classroom room;
    private final Learner learner;
    private final long first;
    private final int pixels;
    private final OnlineDesk[] desks;

    /**
     * @param first its first step of the run
     * @param again ε' of each worker
     * @param scope owns what is made
     */
    OnlineNetwork(Classroom room, Learner learner, long first, Function<Worker, Tensor> again, Scope scope) {
        this.room = room;
        this.learner = learner;
        this.first = first;
        pixels = room.shape().pixels();
        desks = new OnlineDesk[room.workers().size()];
        for (Worker worker : room.workers()) {
            desks[worker.index()] = OnlineDesk.of(room, worker, learner.model(), again.apply(worker), scope);
        }
    }

    OnlineDesk desk(Worker worker) {
        return desks[worker.index()];
    }

    /** Begins a step. Where the teacher has moved meanwhile, the network starts as it is now. */
    void begin(long step) {
        if (room.isTeacherMoving() && step == first) {
            learner.model().adopt(room.teacher());
        }
        learner.begin(step - first);
    }

    /**
     * Takes the last call of a block to a gradient. Overwrites the worker's target.
     *
     * @param learnt coefficients of the output that is learnt
     */
    void learn(Worker worker, int n, Slice learnt, int block) {
        Kernels kernels = worker.kernels();
        OnlineDesk desk = desk(worker);
        kernels.signalStep(n, pixels, learnt, desk.learnt());
        kernels.bootstrapLoss(n, pixels, learnt, desk.loss(), desk.residual());
        desk.online().backward(kernels, n, learner.lane(block % room.lanes()), block >= room.lanes());
    }

    void update() {
        learner.update();
    }

    void end() {
        learner.end();
    }

    Map<String, Slice> state() {
        return learner.state();
    }

    void restored() {
        learner.restored();
    }
}
