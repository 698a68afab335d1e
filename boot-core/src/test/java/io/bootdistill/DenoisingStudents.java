package io.bootdistill;

import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.network.Graph;
import io.bootdistill.network.LeadingChannels;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import java.util.List;

/** Students that denoise, as they start: with the weights of their teacher. */
public final class DenoisingStudents {

    private DenoisingStudents() {}

    public static Student of(Teacher teacher, FewSteps sampler) {
        return of(teacher, sampler, GuidanceRange.NONE);
    }

    /** For a range of scales, one whose network is told the scale, by weights that are random. */
    static Student of(Teacher teacher, FewSteps sampler, GuidanceRange guidance) {
        TeacherModel resolved = teacher.resolved();
        List<String> scalars = guidance.isWide() ? List.of(ScalarInputs.GUIDANCE) : List.of();
        Network network = LeadingChannels.of(resolved.network(), resolved.shape().channels()).withScalars(scalars);
        Model model = new Model(Graph.of(network), resolved.device(), false);
        model.initialize(3);
        model.adopt(resolved.model());
        model.graph().layout().all().stream()
                .filter(parameter -> parameter.name().contains("cond_proj") || parameter.name().contains("w_embedding"))
                .forEach(parameter -> model.set(parameter.name(), TinyFolders.normal(parameter.size(), 9)));
        Pipeline pipeline = teacher.pipeline();
        StudentModel student = new StudentModel(model, teacher.schedule(), teacher.prediction(),
                pipeline == null ? teacher.nullLabel() : -1, guidance, resolved.scheduler(), sampler);
        return new Student(student, 2, pipeline == null ? null : pipeline.share());
    }
}
