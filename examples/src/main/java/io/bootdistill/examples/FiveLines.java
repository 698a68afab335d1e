package io.bootdistill.examples;

import io.bootdistill.BootDistiller;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import java.io.IOException;
import java.nio.file.Path;

/** The library in five lines: distils the teacher in the first argument and saves the student in the second. */
final class FiveLines {

    private FiveLines() {}

    public static void main(String[] args) throws IOException {
        distil(Path.of(args[0]), Path.of(args[1]), DistillationConfig.builder().build());
    }

    static void distil(Path teacherFolder, Path studentFolder, DistillationConfig config) throws IOException {
        try (Teacher teacher = Teacher.load(teacherFolder);
                Student student = new BootDistiller(teacher).train(config)) {
            float[] samples = student.sample(new long[] {1, 2, 3}, new int[] {0, 1, 2}); // seeds, labels
            student.save(studentFolder);
        }
    }
}
