package io.bootdistill.text;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.file.CloseNames;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a text encoder has made of prompts, computed before: for encoders that are not supported here, as those of the T5 family.
 *
 * <p>A safetensors file with {@code states} [prompts, tokens, width] (F16, BF16, F32 or F64) and {@code mask} [prompts, tokens]
 * (of any type), 1 where a token is one of the prompt and 0 where it is padding. The prompts stand in the metadata under
 * {@code prompts}, as a JSON list or one in each line, or else in {@code prompts.txt} beside the file, one in each line; in the
 * order of the rows. An empty line is the empty prompt. Of a prompt that stands there twice, the first row counts.
 *
 * <p>A row is read when it is asked for. Thread-safe; closing it while a row is read is an error of the caller.
 */
public final class TextStates implements AutoCloseable {

    private static final String STATES = "states";
    private static final String MASK = "mask";
    private static final int SHOWN = 200;

    private final Path path;
    private final SafetensorsFile file;
    private final Map<String, Integer> rows;
    private final int tokens;
    private final int width;

    private TextStates(Path path, SafetensorsFile file, Map<String, Integer> rows, int tokens, int width) {
        this.path = path;
        this.file = file;
        this.rows = rows;
        this.tokens = tokens;
        this.width = width;
    }

    /**
     * Opens a file; no states are read.
     *
     * @throws ModelFormatException if it cannot be read, lacks a tensor or the prompts, or if their sizes do not go together
     */
    public static TextStates open(Path path) {
        SafetensorsFile file = SafetensorsFile.open(Objects.requireNonNull(path, "path is missing"));
        try {
            int[] shape = file.shape(STATES);
            if (shape.length != 3 || Arrays.stream(shape).anyMatch(size -> size == 0)
                    || (long) shape[1] * shape[2] > Integer.MAX_VALUE - 8 || !file.dtype(STATES).isFloating()) {
                throw new ModelFormatException(path + ": tensor " + STATES + " is " + file.dtype(STATES) + " "
                        + Arrays.toString(shape) + ", must be numbers with a fraction, [prompts, tokens, width]");
            }
            if (!file.names().contains(MASK)) {
                throw new ModelFormatException(path + " has no tensor " + MASK + "; add it, [" + shape[0] + ", " + shape[1] + "], 1"
                        + " for each token of a prompt and 0 for padding, as the tokenizer's attention mask");
            }
            file.requireShape(MASK, shape[0], shape[1]);
            return new TextStates(path, file, PromptRows.read(path, file.metadata(), shape[0]), shape[1], shape[2]);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The prompts, in the order of the file. */
    public Set<String> prompts() {
        return Collections.unmodifiableSet(rows.keySet());
    }

    /** Tokens of each prompt, with padding. */
    public int tokens() {
        return tokens;
    }

    /** Numbers of each token. */
    public int width() {
        return width;
    }

    /**
     * The row of a prompt, which is looked for letter by letter.
     *
     * @throws IllegalArgumentException naming the nearest ones, if the file does not hold it
     */
    public int row(String prompt) {
        Integer row = rows.get(Objects.requireNonNull(prompt, "prompt is missing"));
        if (row == null) {
            throw new IllegalArgumentException("prompt is " + quoted(prompt) + ", of which " + path + " holds no text states; the"
                    + " nearest prompts are " + CloseNames.closest(shown(prompt), rows.keySet()).stream()
                            .map(TextStates::quoted).collect(Collectors.joining(", "))
                    + "; take one of those, or compute its states with the tools that the model came from");
        }
        return row;
    }

    private static String quoted(String prompt) {
        return "\"" + shown(prompt) + "\"";
    }

    private static String shown(String prompt) {
        return prompt.length() <= SHOWN ? prompt : prompt.substring(0, SHOWN) + "…";
    }

    /**
     * Reads the states of a row into {@code into[offset … offset + tokens · width)}, token by token.
     *
     * @throws ModelFormatException if one is not finite
     * @throws IndexOutOfBoundsException if there is no such row, or the range does not lie in the array
     */
    public void states(int row, float[] into, int offset) {
        Objects.requireNonNull(into, "into is missing");
        int length = tokens * width;
        file.read(STATES, (long) row * length, FloatBuffer.wrap(into, offset, length));
        for (int i = 0; i < length; i++) {
            if (!Float.isFinite(into[offset + i])) {
                throw new ModelFormatException(path + ": " + STATES + " is " + into[offset + i] + " at [" + row + ", " + i / width
                        + ", " + i % width + "]; compute it again in F32 or BF16: T5 leaves the range of F16");
            }
        }
    }

    /**
     * Reads the mask of a row into {@code into[offset … offset + tokens)}.
     *
     * @throws ModelFormatException if it holds anything but 0 and 1, or no 1
     * @throws IndexOutOfBoundsException if there is no such row, or the range does not lie in the array
     */
    public void mask(int row, float[] into, int offset) {
        file.read(MASK, (long) row * tokens, FloatBuffer.wrap(Objects.requireNonNull(into, "into is missing"), offset, tokens));
        boolean any = false;
        for (int i = 0; i < tokens; i++) {
            float value = into[offset + i];
            if (value != 0 && value != 1) {
                throw new ModelFormatException(
                        path + ": " + MASK + " is " + value + " at [" + row + ", " + i + "], must be 0 or 1");
            }
            any |= value == 1;
        }
        if (!any) {
            throw new ModelFormatException(path + ": " + MASK + " has no 1 in row " + row + ", must have one for each token");
        }
    }

    /** Closes the file; reading a row afterwards is an {@link IllegalStateException}. */
    @Override
    public void close() {
        file.close();
    }
}
