package io.bootdistill.examples;

import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;

/** What draws pictures as a request says: a teacher's pipeline in many steps, or a student's in one. */
interface Artist {

    ConditionShape condition();

    /** The shape of what the network makes, where the request does not say a size. */
    ImageShape shape();

    /** The shape of what the network makes. */
    ImageShape denoised(DrawRequest request);

    /** The shape of a picture. */
    ImageShape picture(DrawRequest request);

    /** @param latents whether they are wanted rather than pictures */
    float[] draw(DrawRequest request, boolean latents);

    /** One that shows on a terminal how far it is. */
    static Artist of(Teacher teacher) {
        return new Artist() {
            @Override
            public ConditionShape condition() {
                return teacher.condition();
            }

            @Override
            public ImageShape shape() {
                return teacher.shape();
            }

            @Override
            public ImageShape denoised(DrawRequest request) {
                return teacher.denoised(request);
            }

            @Override
            public ImageShape picture(DrawRequest request) {
                return teacher.picture(request);
            }

            @Override
            public float[] draw(DrawRequest request, boolean latents) {
                return DrawingReport.draw(teacher, request, latents);
            }
        };
    }

    static Artist of(Student student) {
        return new Artist() {
            @Override
            public ConditionShape condition() {
                return student.condition();
            }

            @Override
            public ImageShape shape() {
                return student.shape();
            }

            @Override
            public ImageShape denoised(DrawRequest request) {
                return student.shape();
            }

            @Override
            public ImageShape picture(DrawRequest request) {
                return student.picture();
            }

            @Override
            public float[] draw(DrawRequest request, boolean latents) {
                return latents ? student.latents(request) : student.pixels(request);
            }
        };
    }
}
