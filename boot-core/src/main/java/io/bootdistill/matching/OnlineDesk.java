package io.bootdistill.matching;

import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;

/**
 * What a worker needs so that the online network learns from samples y and their noise ε': the output that stands for both, which
 * is a step with c = 1 from both.
 *
 * @param online of the online network
 * @param residual ‖r‖² of each sample
 * @param learnt the step to that output
 * @param loss of the online network
 */
record OnlineDesk(Plan online, Slice residual, SignalStep learnt, SignalLoss loss) {

    /**
     * @param again ε'
     * @param scope owns what is made
     */
    static OnlineDesk of(Classroom room, Worker worker, Model online, Tensor again, Scope scope) {
        Plan plan = scope.own(new Plan(online, room.block(), Plan.Mode.TRAINING));
        Slice residual = scope.own(online.device().allocate(room.block())).slice();
        Tensor y = worker.y();
        Tensor target = worker.target();
        return new OnlineDesk(plan, residual, new SignalStep(0, again, y, again, null, null, y, null, target, null),
                new SignalLoss(again, plan.y(), target, null, plan.dy()));
    }
}
