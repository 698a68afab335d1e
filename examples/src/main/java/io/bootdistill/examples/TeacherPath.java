package io.bootdistill.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** The folder of a teacher, for {@code --teacher}; of a run that trained one, that within. */
final class TeacherPath implements ITypeConverter<Path> {

    @Override
    public Path convert(String text) {
        return within(Path.of(text));
    }

    /** The teacher's folder in that of its training; any other folder itself. */
    static Path within(Path folder) {
        Path teacher = folder.resolve("teacher");
        return Files.exists(folder.resolve("state.safetensors")) && !Files.exists(folder.resolve("student"))
                && Files.isDirectory(teacher) ? teacher : folder;
    }
}
