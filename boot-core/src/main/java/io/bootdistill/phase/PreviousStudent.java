package io.bootdistill.phase;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Worker;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import org.jspecify.annotations.Nullable;

/** The student of the round before as a teacher, on one worker. It knows guidance by itself, or is told the scale. */
final class PreviousStudent implements TeacherPlan {

    private final Worker worker;
    private final Prediction prediction;
    private final Plan plan;
    private final @Nullable Tensor scale;

    PreviousStudent(Classroom room, Model model, Worker worker) {
        this.worker = worker;
        prediction = room.studentOutput();
        plan = new Plan(model, room.block(), Plan.Mode.INFERENCE);
        scale = plan.network().scalars().contains(ScalarInputs.GUIDANCE) ? plan.scalar(ScalarInputs.GUIDANCE) : null;
    }

    @Override
    public Prediction prediction() {
        return prediction;
    }

    @Override
    public Tensor x() {
        return plan.x();
    }

    @Override
    public Tensor output() {
        return plan.y();
    }

    @Override
    public @Nullable Tensor nullOutput() {
        return null;
    }

    @Override
    public void run(Kernels kernels, int n, BlockInputs inputs) {
        kernels.affine(n, inputs.networkTime(), 1, 0, null, plan.scalar(ScalarInputs.TIME));
        if (scale != null) {
            kernels.affine(n, inputs.scale(), 1, 0, null, scale);
        }
        worker.condition(plan, inputs, n);
        plan.forward(kernels, n);
    }

    @Override
    public boolean staysOnDevice() {
        return true;
    }

    @Override
    public void close() {
        plan.close();
    }
}
