package io.bootdistill.internal.distillation;

import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.matching.Corrector;
import io.bootdistill.network.Graph;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The online network of a corrector: the student's, with weights of its own, or the teacher's with an adapter. */
final class OnlineModels {

    private OnlineModels() {}

    /**
     * Refuses a corrector that does not fit.
     *
     * @param student its network
     * @param hasGradient whether the teacher's predictions can be differentiated
     */
    static void require(Corrector corrector, TeacherModel teacher, Network student, boolean hasGradient) {
        Checks.that(!corrector.needsTeacherGradient() || hasGradient, "matching of the corrector", "through",
                "stopped for teachers that are no network, are clipped or thresholded, or whose guidance is rescaled");
        if (corrector.adapter() == null) {
            return;
        }
        Checks.that(teacher.isNetwork() && student.scalars().equals(teacher.network().scalars()), "network of the corrector",
                "adapter", "own for teachers that are no network, and students that are told more than their teacher: the scale of"
                        + " the guidance, or a second time");
        graph(corrector, teacher.model().graph(), teacher.model().graph());
    }

    /**
     * What it is before there is a model.
     *
     * @param teacher null for a function of the user's
     */
    static Graph graph(Corrector corrector, @Nullable Graph teacher, Graph student) {
        return corrector.adapter() == null || teacher == null ? student
                : Graph.of(LeadingChannels.of(teacher.network(), teacher.network().input().channels())).adapted(corrector.adapter());
    }

    /** @param copy makes one with weights of its own */
    static Model model(Corrector corrector, TeacherModel teacher, long seed, Supplier<Model> copy) {
        return corrector.adapter() == null ? copy.get()
                : teacher.model().adapted(graph(corrector, teacher.model().graph(), teacher.model().graph()), seed);
    }
}
