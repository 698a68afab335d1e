package io.bootdistill.examples.ablation;

import io.bootdistill.BootDistiller;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.diffusion.ConditionSource;
import java.nio.file.Path;

/**
 * What all runs of an ablation distil.
 *
 * @param folder the teacher's
 * @param device that all run on
 * @param defaults what recipes differ from
 * @param conditions the prompts; null for the teacher's labels
 */
public record Subject(Path folder, Device device, DistillationConfig defaults, ConditionSource conditions) {

    /** Each run loads a teacher of its own. */
    Teacher openTeacher() {
        return Teacher.load(folder, device);
    }

    BootDistiller distiller(Teacher teacher) {
        return new BootDistiller(teacher).conditions(conditions);
    }
}
