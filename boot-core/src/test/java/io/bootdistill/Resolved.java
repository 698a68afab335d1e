package io.bootdistill;

import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.internal.sampling.TeacherModel;

/** Teachers as machinery sees them. */
public final class Resolved {

    private Resolved() {}

    public static TeacherModel of(Denoiser teacher) {
        return Teacher.resolve(teacher);
    }
}
