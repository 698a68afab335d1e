package io.bootdistill.objective;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.SignalLoss;
import io.bootdistill.device.SignalStep;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;

/**
 * What a worker of a {@link CorrectorLesson} needs besides.
 *
 * @param online of the online network
 * @param again ε', the noise that the sample is given
 * @param onlineF f_ψ
 * @param residual ‖r‖² of each sample
 * @param taught the step to f_φ
 * @param modelled the step to f_ψ
 * @param learnt the step to the output that the online network learns: with c = 1 from the sample and its noise
 * @param onlineLoss that of the online network
 * @param loss that of the student
 */
record CorrectorDesk(
        Plan online, Tensor again, Tensor onlineF, Slice residual, SignalStep taught, SignalStep modelled, SignalStep learnt,
        SignalLoss onlineLoss, SignalLoss loss) {

    /** @param scope owns what is made */
    static CorrectorDesk of(Classroom room, Worker worker, Model online, Scope scope) {
        int channels = room.shape().channels();
        long size = (long) room.block() * room.shape().size();
        DeviceMemory memory = scope.own(online.device().allocate(2 * size + room.block()));
        Plan plan = scope.own(new Plan(online, room.block(), Plan.Mode.TRAINING));
        Tensor again = Tensor.of(memory.slice(0, size), channels);
        Tensor onlineF = Tensor.of(memory.slice(size, size), channels);
        Tensor y = worker.y();
        Tensor target = worker.target();
        TeacherPlan teacher = worker.teacher();
        Plan student = worker.student();
        return new CorrectorDesk(plan, again, onlineF, memory.slice(2 * size, room.block()),
                new SignalStep(0, again, teacher.x(), teacher.output(), teacher.nullOutput(), null, y, null, worker.f(), null),
                new SignalStep(0, again, teacher.x(), plan.y(), null, null, y, null, onlineF, null),
                new SignalStep(0, again, y, again, null, null, y, null, target, null),
                new SignalLoss(again, plan.y(), target, null, plan.dy()),
                new SignalLoss(worker.noise(), student.y(), target, null, student.dy()));
    }
}
