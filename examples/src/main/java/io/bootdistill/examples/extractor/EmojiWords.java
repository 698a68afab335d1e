package io.bootdistill.examples.extractor;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.CloseNames;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The words of prompts such as "fluent red apple on blue": a concept, which may have a style before it and a ground behind it.
 * The number of a word is its place in its list. Immutable.
 */
public record EmojiWords(List<String> concepts, List<String> styles, List<String> grounds) {

    /** Stands for the number of a word that a prompt has not. */
    public static final int NOT_SAID = -1;

    /** What is asked of a picture, in this order: the texts' names in the metadata of a classifier's file. */
    static final List<String> QUESTIONS = List.of("concepts", "styles", "grounds");

    private static final String ON = " on ";

    public EmojiWords {
        concepts = List.copyOf(concepts);
        styles = List.copyOf(styles);
        grounds = List.copyOf(grounds);
    }

    /** How many words can be the answer to each question. */
    List<Integer> answers() {
        return List.of(concepts.size(), styles.size(), grounds.size());
    }

    /**
     * The numbers of the words of prompts.
     *
     * @return of the concept, the style and the ground, [3][prompts]; {@link #NOT_SAID} for a style or a ground that there is not
     * @throws IllegalArgumentException naming the prompt and the word of it that is none of these, with close ones
     */
    public int[][] classes(List<String> prompts) {
        int[][] classes = new int[QUESTIONS.size()][prompts.size()];
        for (int i = 0; i < prompts.size(); i++) {
            String prompt = prompts.get(i);
            int on = prompt.lastIndexOf(ON);
            String drawn = on < 0 ? prompt : prompt.substring(0, on);
            int style = styles.indexOf(drawn.substring(0, Math.max(0, drawn.indexOf(' '))));
            String concept = style < 0 ? drawn : drawn.substring(styles.get(style).length() + 1);
            classes[0][i] = number("concept", concept, concepts, prompt);
            classes[1][i] = style;
            classes[2][i] = on < 0 ? NOT_SAID : number("ground", prompt.substring(on + ON.length()), grounds, prompt);
        }
        return classes;
    }

    private static int number(String kind, String word, List<String> known, String prompt) {
        int number = known.indexOf(word);
        if (number < 0) {
            throw new IllegalArgumentException("prompt \"" + prompt + "\": \"" + word + "\" is no " + kind
                    + " that the classifier knows; close ones are " + String.join(", ", CloseNames.closest(word, known)));
        }
        return number;
    }

    /** As a classifier's file has them. */
    Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>();
        List<List<String>> words = List.of(concepts, styles, grounds);
        for (int i = 0; i < words.size(); i++) {
            texts.put(QUESTIONS.get(i), String.join("\n", words.get(i)));
        }
        return texts;
    }

    /**
     * Reads the metadata of a classifier's file.
     *
     * @throws ModelFormatException naming the file and what is missing, if it is another classifier's
     */
    static EmojiWords of(Map<String, String> metadata, Path file) {
        List<List<String>> words = QUESTIONS.stream().map(question -> {
            String text = metadata.get(question);
            if (text == null) {
                throw new ModelFormatException(file + " is no classifier of prompts: its metadata has no " + question
                        + "; give the folder of one, such as extractors/emoji-64, or make one with TrainEmojiClassifier");
            }
            return Arrays.asList(text.split("\n"));
        }).toList();
        return new EmojiWords(words.get(0), words.get(1), words.get(2));
    }
}
