package io.bootdistill.internal.diffusers;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.AtomicFiles;
import io.bootdistill.internal.file.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The names in a folder. */
final class FolderNames {

    private FolderNames() {}

    /** The names in a folder, as part of a sentence. */
    static String listing(Path folder) {
        List<String> names = names(folder);
        return names.isEmpty() ? "nothing" : Quoted.names(names);
    }

    /** The folders in a folder that hold a network. */
    static List<String> networks(Path folder) {
        return names(folder).stream().filter(name -> Files.isRegularFile(folder.resolve(name).resolve("config.json"))).toList();
    }

    /** The names in a folder, sorted. */
    static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new ModelFormatException("cannot read the folder " + folder + ": " + AtomicFiles.reason(e), e);
        }
    }
}
