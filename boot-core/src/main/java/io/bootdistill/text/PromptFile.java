package io.bootdistill.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.CloseNames;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.file.RegularFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of prompts in UTF-8: one in each line; or, by the end of its name, a column of {@code .csv}, {@code .tsv}, or a key of
 * {@code .jsonl}. Lines without one are passed over. Stateless, thread-safe.
 */
public final class PromptFile {

    /** The most prompts of a file. */
    public static final int MOST = 100_000;

    /** The longest line, in bytes. */
    private static final int LONGEST = 1 << 16;

    /** What some programs begin a text in UTF-8 with. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** What the column is called where nothing is said. */
    private static final List<String> USUAL = List.of("prompt", "caption", "text");

    private final Path file;
    private final @Nullable String column;
    private final List<String> prompts = new ArrayList<>();

    /** The number of the line that is read, from 1. */
    private int line;

    private PromptFile(Path file, @Nullable String column) {
        this.file = file;
        this.column = column;
    }

    /**
     * Reads a file.
     *
     * @param column null for the first of {@code prompt}, {@code caption} and {@code text} that is there, and for files without
     * @return at least one prompt, in the order of the file, as they stand there but for white space at both ends
     * @throws ModelFormatException naming the file, the line and the way out, if it cannot be read, is not in UTF-8, holds no
     *     prompt or more than {@link #MOST}, a line is too long, or the column is not there
     */
    public static List<String> read(Path file, @Nullable String column) {
        PromptFile reader = new PromptFile(Objects.requireNonNull(file, "file is missing"), column);
        try (InputStream text = RegularFiles.stream(file)) {
            reader.read(text);
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(reader.where() + " is not in UTF-8; save it as UTF-8", e);
        } catch (IOException e) {
            throw new ModelFormatException("cannot read " + file + ": " + e.getMessage(), e);
        }
        if (reader.prompts.isEmpty()) {
            throw new ModelFormatException(file + " holds no prompt in " + reader.line + " lines; write one into each line");
        }
        return reader.prompts;
    }

    private void read(InputStream text) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv") || name.endsWith(".tsv")) {
            readTable(new Table(text, name.endsWith(".csv") ? ',' : '\t'));
            return;
        }
        boolean isJson = name.endsWith(".jsonl") || name.endsWith(".ndjson");
        if (column != null && !isJson) {
            throw new ModelFormatException(file + " has no columns, but column " + column
                    + " is asked for; leave it out, or give a .csv, .tsv or .jsonl file");
        }
        for (String next = line(text); next != null; next = line(text)) {
            if (!next.isBlank()) {
                add(isJson ? value(Json.parse(next, where())) : next);
            }
        }
    }

    private void readTable(Table table) throws IOException {
        List<String> header = table.row();
        if (header == null) {
            return;
        }
        int place = header.indexOf(found(header));
        for (List<String> row = table.row(); row != null; row = table.row()) {
            if (row.size() != header.size() && !(row.size() == 1 && row.get(0).isBlank())) {
                throw new ModelFormatException(where() + " has " + row.size() + " columns, the first line has " + header.size()
                        + "; put texts with separators or line breaks between quotation marks");
            }
            if (place < row.size()) {
                add(row.get(place));
            }
        }
    }

    private String value(JsonObject object) {
        JsonElement value = object.get(found(List.copyOf(object.keySet())));
        if (!value.isJsonPrimitive()) {
            throw new ModelFormatException(
                    where() + ": " + found(List.copyOf(object.keySet())) + " is " + Quoted.of(value) + ", must be a text");
        }
        return value.getAsString();
    }

    /** Which of the columns is meant. */
    private String found(List<String> names) {
        return Stream.concat(Stream.ofNullable(column), column == null ? USUAL.stream() : Stream.empty())
                .filter(names::contains)
                .findFirst()
                .orElseThrow(() -> new ModelFormatException(where() + " has no column "
                        + (column == null ? String.join(", ", USUAL) : column) + "; it has "
                        + (names.isEmpty() ? "none; give each line one" : String.join(
                                ", ", CloseNames.closest(column == null ? USUAL.get(0) : column,
                                names.stream().map(Quoted::of).toList())) + "; name one of them")));
    }

    private void add(String prompt) {
        if (prompt.isBlank()) {
            return;
        }
        if (prompts.size() == MOST) {
            throw new ModelFormatException(where() + ": the file holds more than " + MOST + " prompts; give a part of them");
        }
        prompts.add(prompt.strip());
    }

    private String where() {
        return file + " line " + line;
    }

    /** The next line, without reading one that is too long as a whole; null at the end. */
    private @Nullable String line(InputStream text) throws IOException {
        int next = text.read();
        if (next < 0) {
            return null;
        }
        line++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (; next >= 0 && next != '\n'; next = text.read()) {
            bytes.write(next);
            if (bytes.size() > LONGEST) {
                throw new ModelFormatException(
                        where() + " is longer than " + LONGEST + " bytes; give a file with a prompt in each line");
            }
        }
        String found = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        return line == 1 && found.startsWith(BYTE_ORDER_MARK) ? found.substring(1) : found;
    }

    /** Rows of values between separators; one between quotation marks may hold separators, breaks, and "" for a mark (RFC 4180). */
    private final class Table {

        private final InputStream text;
        private final char separator;

        Table(InputStream text, char separator) {
            this.text = text;
            this.separator = separator;
        }

        /** Null at the end. */
        @Nullable List<String> row() throws IOException {
            String rest = line(text);
            if (rest == null) {
                return null;
            }
            int first = line;
            List<String> row = new ArrayList<>();
            StringBuilder value = new StringBuilder();
            boolean quoted = false;
            for (int i = 0; ; i++) {
                if (i == rest.length() && quoted) {
                    rest = continued(value, first);
                    i = -1;
                } else if (i == rest.length()) {
                    row.add(withoutReturn(value.toString()));
                    return row;
                } else if (rest.charAt(i) == '"' && (quoted || value.isEmpty())) {
                    boolean isMark = quoted && i + 1 < rest.length() && rest.charAt(i + 1) == '"';
                    if (isMark) {
                        value.append('"');
                        i++;
                    } else {
                        quoted = !quoted;
                    }
                } else if (rest.charAt(i) == separator && !quoted) {
                    row.add(value.toString());
                    value.setLength(0);
                } else {
                    value.append(rest.charAt(i));
                }
            }
        }

        /** @param first the line that the row begins in */
        private String continued(StringBuilder value, int first) throws IOException {
            String next = line(text);
            if (next == null || value.length() > LONGEST) {
                throw new ModelFormatException(
                        file + " line " + first + " begins a text whose closing quotation mark is missing; add it");
            }
            value.append('\n');
            return next;
        }

        private String withoutReturn(String value) {
            return value.endsWith("\r") ? value.substring(0, value.length() - 1) : value;
        }
    }
}
