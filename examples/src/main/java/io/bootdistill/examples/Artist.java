package io.bootdistill.examples;

import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import java.util.function.Function;

/**
 * What draws pictures as a request says: a teacher's pipeline in many steps, or a student's in one.
 *
 * @param shape of what the network makes, where a request does not say a size
 * @param denoised the shape of what the network makes
 * @param picture the shape of a picture
 */
record Artist(
        ConditionShape condition, ImageShape shape, Function<DrawRequest, ImageShape> denoised,
        Function<DrawRequest, ImageShape> picture, Drawing drawing) {

    @FunctionalInterface
    interface Drawing {

        /** @param latents whether they are wanted rather than pictures */
        float[] draw(DrawRequest request, boolean latents);
    }

    /** One that shows on a terminal how far it is. */
    static Artist of(Teacher teacher) {
        return new Artist(teacher.condition(), teacher.shape(), teacher::denoised, teacher::picture,
                (request, latents) -> DrawingReport.draw(teacher, request, latents));
    }

    static Artist of(Student student) {
        return new Artist(student.condition(), student.shape(), request -> student.shape(), request -> student.picture(),
                (request, latents) -> latents ? student.latents(request) : student.pixels(request));
    }
}
