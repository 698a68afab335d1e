package io.bootdistill.examples.extractor;

import com.google.gson.JsonElement;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.ImageFolder;
import io.bootdistill.internal.file.JsonLines;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.network.ImageShape;
import io.bootdistill.text.CaptionFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Captioned pictures of emoji: a folder of PNG files with a {@code metadata.jsonl}, an object a line with {@code file_name},
 * {@code concept}, {@code style} and {@code ground}. The last fifth of each concept's pictures, in the order of that file, are
 * the test part. Pictures are read when they are asked for. Immutable.
 */
public final class EmojiPictures {

    /** Of a picture. */
    public static final ImageShape SHAPE = new ImageShape(3, 64, 64);

    /** Their names, as a regular expression. */
    public static final String FILES = "metadata\\.jsonl|.*\\.png";

    private static final int TEST_SHARE = 5;

    private record Entry(Path file, String concept, String style, String ground) {}

    private final List<Entry> entries;
    private final List<Entry> training = new ArrayList<>();
    private final List<Entry> test = new ArrayList<>();
    private final EmojiWords words;

    private EmojiPictures(List<Entry> entries) {
        this.entries = entries;
        words = new EmojiWords(distinct(Entry::concept), distinct(Entry::style), distinct(Entry::ground));
        Map<String, Integer> left = new HashMap<>();
        entries.forEach(entry -> left.merge(entry.concept(), 1, Integer::sum));
        Map<String, Integer> kept = new HashMap<>();
        left.forEach((concept, count) -> kept.put(concept, count / TEST_SHARE));
        for (Entry entry : entries) {
            int stillToCome = left.merge(entry.concept(), -1, Integer::sum);
            (stillToCome < kept.get(entry.concept()) ? test : training).add(entry);
        }
    }

    /**
     * Reads the captions.
     *
     * @throws ModelFormatException naming the file and the line, if one is not as it should be
     */
    public static EmojiPictures read(Path folder) {
        Path file = folder.resolve(CaptionFolder.METADATA);
        if (!Files.exists(file)) {
            throw new ModelFormatException(file + " is missing; give a folder of captioned pictures, which has one");
        }
        List<Entry> entries = new ArrayList<>();
        JsonLines.read(file, line -> entries.add(new Entry(
                folder.resolve(text(line, "file_name")), text(line, "concept"), text(line, "style"), text(line, "ground"))));
        if (entries.isEmpty()) {
            throw new ModelFormatException(file + " is empty, must have a line for each picture");
        }
        return new EmojiPictures(entries);
    }

    private static String text(JsonLines.Line line, String key) {
        JsonElement value = line.json().get(key);
        if (value == null || !value.isJsonPrimitive() || value.getAsString().isBlank()) {
            throw new ModelFormatException(line.where() + ": " + key + " is " + (value == null ? "missing" : Quoted.of(value))
                    + ", must be a text; every line needs file_name, concept, style and ground");
        }
        return value.getAsString();
    }

    private List<String> distinct(Function<Entry, String> word) {
        return entries.stream().map(word).distinct().sorted().toList();
    }

    /** All words of the captions, each list sorted. */
    public EmojiWords words() {
        return words;
    }

    /** The captions of all pictures: style, concept and ground. */
    public List<String> captions() {
        return entries.stream().map(entry -> entry.style() + " " + entry.concept() + " on " + entry.ground()).toList();
    }

    /** All pictures, [n][3][64][64] in [−1, 1]. */
    public float[] all() {
        return pictures(entries).images();
    }

    LabelledPictures training() {
        return pictures(training);
    }

    LabelledPictures test() {
        return pictures(test);
    }

    private LabelledPictures pictures(List<Entry> chosen) {
        ImageFolder read = ImageFolder.read(chosen.stream().map(Entry::file).toList());
        ImageShape found = new ImageShape(read.channels(), read.height(), read.width());
        if (!found.equals(SHAPE)) {
            throw new ModelFormatException(chosen.get(0).file() + " and those beside it are " + found + ", must be " + SHAPE);
        }
        float[] images = new float[Math.multiplyExact(chosen.size(), SHAPE.size())];
        for (int i = 0; i < images.length; i++) {
            images[i] = (read.images().get(i / SHAPE.size())[i % SHAPE.size()] & 0xff) / 127.5f - 1;
        }
        return new LabelledPictures(SHAPE, images, new int[][] {
            numbers(chosen, Entry::concept, words.concepts()),
            numbers(chosen, Entry::style, words.styles()),
            numbers(chosen, Entry::ground, words.grounds())
        });
    }

    private static int[] numbers(List<Entry> chosen, Function<Entry, String> word, List<String> known) {
        return chosen.stream().mapToInt(entry -> known.indexOf(word.apply(entry))).toArray();
    }
}
