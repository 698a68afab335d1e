package io.bootdistill.internal.sampling;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.TeacherPlan;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape;
import org.jspecify.annotations.Nullable;

/** Makes teachers ready for blocks of samples. */
public final class TeacherPlans {

    private TeacherPlans() {}

    /**
     * @param device of the samples; that of the network where there is one
     * @param guidance null for none
     * @param threshold null for none
     */
    public static TeacherPlan of(
            TeacherModel teacher, Device device, int block, @Nullable Guidance guidance, @Nullable DynamicThreshold threshold) {
        TeacherPlan plan = teacher.isNetwork() ? new NetworkPlan(teacher, block, guidance)
                : new FunctionPlan(teacher, device, block, guidance);
        boolean isRescaled = guidance != null && guidance.rescale() > 0;
        return threshold == null && !isRescaled ? plan : new HostPlan(plan, teacher, device, block, guidance, threshold);
    }

    /** Without thresholding. */
    public static TeacherPlan of(TeacherModel teacher, Device device, int block, @Nullable Guidance guidance) {
        return of(teacher, device, block, guidance, null);
    }

    /**
     * Refuses guidance of a teacher that has no labels, or by a null label that is none of them.
     *
     * @param guidance null for none
     */
    public static void requireGuidance(ConditionShape condition, @Nullable Guidance guidance) {
        if (guidance != null && guidance.nullLabel() >= ConditionTable.rows(condition)) {
            throw new IllegalArgumentException("guidance needs labels and a null label among them; the teacher has "
                    + condition + ", the null label is " + guidance.nullLabel());
        }
    }
}
