package io.bootdistill.matching;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;

/** Moves samples along the gradient through both networks: the target is y − λ dL/dy, see {@link Matching.Through}. */
final class ThroughMover extends Mover {

    private final double a;
    private final FrozenNetwork[] online;
    private final FrozenNetwork[] teachers;
    private final SignalStep[] taught;

    /**
     * @param online of each worker, with a gradient
     * @param scope owns what is made
     */
    ThroughMover(Classroom room, Matching.Weighting weighting, double a, FrozenNetwork[] online, Scope scope) {
        super(room, weighting, scope);
        this.a = a;
        this.online = online;
        teachers = new FrozenNetwork[online.length];
        taught = new SignalStep[online.length];
        for (Worker worker : room.workers()) {
            boolean isGuided = worker.teacher().nullOutput() != null;
            FrozenNetwork teacher = scope.own(new FrozenNetwork(room.teacher(), room.shape(), room.block(), isGuided, true));
            Tensor told = teacher.plan().scalar(ScalarInputs.GUIDANCE);
            if (told != null) {
                worker.kernels().fill(told.data(), (float) room.guidance().least());
            }
            teachers[worker.index()] = teacher;
            taught[worker.index()] = new SignalStep(0, desk(worker).again(), worker.teacher().x(), teacher.output(),
                    teacher.freeOutput(), null, worker.y(), null, worker.f(), null);
        }
    }

    @Override
    void predict(Worker worker, CorrectorDraws.Part part, int n) {
        ThroughColumns.Part through = part.through();
        teachers[worker.index()].call(worker, worker.teacher().x(), through.taught(), through.taughtFree(), n);
        worker.kernels().signalStep(n, pixels, part.teacher(), taught[worker.index()]);
    }

    /** f, g and ε' are overwritten by v_f, d and v_g. */
    @Override
    void target(Worker worker, CorrectorDraws.Part part, int n) {
        Kernels kernels = worker.kernels();
        ThroughColumns.Part through = part.through();
        Tensor vf = worker.f();
        Tensor d = desk(worker).g();
        Tensor vg = desk(worker).again();
        Tensor target = worker.target();
        long rows = (long) n * pixels;
        weigh(worker, n);
        kernels.affine(rows, d, -1, 0, vf, d); // f − g
        kernels.affine(rows, worker.y(), -1, 0, vf, vf); // e = f − y
        kernels.affine(rows, d, (float) (1 - 2 * a), 0, vf, vf);
        weight(worker, n, d);
        weight(worker, n, vf);
        kernels.affine(rows, vf, -1, 0, d, vg);
        kernels.addScaled(n, pixels, d, through.moved(), worker.y(), target);
        teachers[worker.index()].addBack(worker, vf, through.taughtShare(), through.taughtFreeShare(), target, n);
        online[worker.index()].addBack(worker, vg, through.onlineShare(), through.onlineFreeShare(), target, n);
    }
}
