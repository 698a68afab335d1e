package io.bootdistill.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.JsonLines;
import io.bootdistill.internal.file.ListCheck;
import io.bootdistill.internal.file.PictureNames;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.file.RegularFiles;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A folder of pictures with captions, as data sets of the field have them: its {@code metadata.jsonl} has a line for each,
 * <code>{"file_name": "fox.png", "text": "a red fox"}</code>; or, where there is no such file, {@code fox.txt} lies beside {@code
 * fox.png}. Pictures may lie in subfolders; they are PNG or JPEG files, and are not opened here. Immutable.
 *
 * @param folder where they lie
 * @param entries at least one, in the order of the lines, or of the names
 * @param leftOut what is neither picture nor caption, for a log: a line for each kind, with how many there are and the name of
 *     the first
 */
public record CaptionFolder(Path folder, List<Entry> entries, List<String> leftOut) {

    /** The file that names pictures and their captions. */
    public static final String METADATA = "metadata.jsonl";

    private static final String FILE_NAME = "file_name";
    private static final String TEXT = "text";
    private static final String TXT = CaptionFiles.TXT;

    /**
     * A picture and its caption.
     *
     * @param picture a file that is there
     * @param caption not blank, without white space at its ends
     * @param source the file and, where there are several in it, the line of the caption: for messages
     */
    public record Entry(Path picture, String caption, String source) {

        /** Checks that there are all. */
        public Entry {
            Objects.requireNonNull(picture, "picture is missing");
            Objects.requireNonNull(caption, "caption is missing");
            Objects.requireNonNull(source, "source is missing");
        }
    }

    /** Copies the lists. */
    public CaptionFolder {
        Objects.requireNonNull(folder, "folder is missing");
        entries = ListCheck.copy("entries", entries);
        leftOut = ListCheck.copy("leftOut", leftOut);
    }

    /**
     * Reads all captions of a folder and looks for their pictures.
     *
     * @throws ModelFormatException naming the file, the line and the way out, if there are none, a caption has no picture or a
     *     picture no caption, or something cannot be read
     */
    public static CaptionFolder read(Path folder) {
        if (!Files.isDirectory(Objects.requireNonNull(folder, "folder is missing"))) {
            throw new ModelFormatException(folder + (Files.exists(folder) ? " is a file; give the folder of the pictures"
                    : " does not exist; give a folder of pictures with captions"));
        }
        Path metadata = folder.resolve(METADATA);
        boolean isTold = Files.exists(metadata);
        CaptionFiles files = CaptionFiles.in(folder, isTold ? metadata : null);
        List<Entry> entries = isTold ? readMetadata(metadata, files.pictures()) : readTexts(folder, files);
        if (entries.isEmpty()) {
            throw new ModelFormatException(folder + " holds no pictures with captions; put PNG or JPEG files there, and " + METADATA
                    + " or a " + TXT + " file beside each");
        }
        return new CaptionFolder(folder, entries, files.leftOut().lines(folder));
    }

    // ---- one file for all

    private static List<Entry> readMetadata(Path metadata, Set<Path> pictures) {
        List<Entry> entries = new ArrayList<>();
        JsonLines.read(metadata, line -> entries.add(entry(line.json(), metadata.getParent(), line.where())));
        Set<Path> rest = new LinkedHashSet<>(pictures);
        entries.forEach(entry -> rest.remove(entry.picture));
        requireNone(rest, "no line in " + metadata, "add one with its " + FILE_NAME + " and its " + TEXT);
        return entries;
    }

    private static Entry entry(JsonObject line, Path folder, String where) {
        String name = text(line, FILE_NAME, where);
        Path picture;
        try {
            picture = folder.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw new ModelFormatException(where + ": " + FILE_NAME + " is " + Quoted.of(name) + ", which is no name of a file", e);
        }
        if (!picture.startsWith(folder.normalize()) || Path.of(name).isAbsolute()) {
            throw new ModelFormatException(
                    where + ": " + FILE_NAME + " is " + Quoted.of(name) + ", must lie in the folder " + folder
                            + "; put the picture there");
        }
        picture = folder.resolve(folder.normalize().relativize(picture));
        if (!Files.isRegularFile(picture)) {
            throw new ModelFormatException(
                    where + ": there is no picture " + Quoted.of(picture) + "; put it there, or take the line out");
        }
        return new Entry(picture, text(line, TEXT, where).strip(), where);
    }

    private static String text(JsonObject line, String key, String where) {
        JsonElement value = line.get(key);
        boolean isText = value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
        if (!isText || value.getAsString().isBlank()) {
            throw new ModelFormatException(where + ": " + key + " is " + (value == null ? "missing" : Quoted.of(value)) + ", must be "
                    + (key.equals(TEXT) ? "the caption; write one, or take the line and the picture out"
                            : "the name of the picture's file"));
        }
        return value.getAsString();
    }

    // ---- a file for each

    private static List<Entry> readTexts(Path folder, CaptionFiles files) {
        List<Entry> entries = new ArrayList<>();
        Set<Path> texts = new LinkedHashSet<>(files.texts());
        Set<Path> bare = new LinkedHashSet<>();
        for (Path picture : files.pictures()) {
            String name = picture.getFileName().toString();
            Path text = picture.resolveSibling(name.substring(0, name.lastIndexOf('.')) + TXT);
            if (!Files.isRegularFile(text)) {
                bare.add(picture);
                continue;
            }
            String caption = RegularFiles.text(text).strip();
            if (caption.isEmpty()) {
                throw new ModelFormatException(
                        text + " holds no caption; write one, or take the file and its picture out of the folder");
            }
            texts.remove(text);
            entries.add(new Entry(picture, caption, text.toString()));
        }
        requireNone(bare, "no " + TXT + " file beside " + (bare.size() == 1 ? "it" : "them"),
                "write the caption into one of the same name, or all captions into " + folder.resolve(METADATA));
        if (!texts.isEmpty()) {
            throw new ModelFormatException(texts.iterator().next() + " is a caption without a picture of its name ("
                    + String.join(", ", PictureNames.ENDINGS) + "); put the picture beside it, or take the file out of the folder");
        }
        return entries;
    }

    private static void requireNone(Set<Path> pictures, String what, String wayOut) {
        if (!pictures.isEmpty()) {
            int others = pictures.size() - 1;
            throw new ModelFormatException(pictures.iterator().next() + (others == 0 ? " has" : " and " + others + " more have")
                    + " no caption: there is " + what + "; " + wayOut + ", or take the picture out of the folder");
        }
    }
}
