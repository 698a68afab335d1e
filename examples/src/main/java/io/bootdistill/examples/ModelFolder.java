package io.bootdistill.examples;

import io.bootdistill.Student;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a folder holds: a teacher, a student, or a run, which is as good as its student or teacher.
 *
 * @param path the model's own folder
 */
record ModelFolder(Path path, Kind kind) {

    enum Kind {
        TEACHER,
        STUDENT,
        RUN
    }

    static ModelFolder of(Path folder) {
        Path teacher = TeacherPath.within(folder);
        if (!teacher.equals(folder)) {
            return new ModelFolder(teacher, Kind.TEACHER);
        }
        if (Files.exists(folder.resolve("state.safetensors"))) {
            return new ModelFolder(folder.resolve("student"), Kind.RUN);
        }
        if (Files.exists(folder.resolve("reference.safetensors")) || Files.exists(folder.resolve("prompts.json"))) {
            throw new Failure(folder + " is a run without a checkpoint: it has no student yet");
        }
        return new ModelFolder(folder, Student.isStudent(folder) ? Kind.STUDENT : Kind.TEACHER);
    }
}
