package io.bootdistill.internal.file;

import java.util.Collection;

/** What others wrote, as messages quote it: short, and without characters that a terminal or a log would act on. */
public final class Quoted {

    private static final int MOST = 80;

    /** Of a list of names. */
    private static final int MOST_OF_NAMES = 200;

    private Quoted() {}

    /**
     * A text of at most 81 characters: control characters, those that turn the direction of a line and halves of pairs are
     * escaped as JSON has them, and what is too much gives way to an ellipsis.
     */
    public static String of(Object value) {
        return of(value.toString(), MOST);
    }

    /** The same for names with commas between, at most 201 characters. */
    public static String names(Collection<String> names) {
        return of(String.join(", ", names), MOST_OF_NAMES);
    }

    private static String of(String text, int most) {
        StringBuilder quoted = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            String next = isPlain(c) ? Character.toString(c) : String.format("\\u%04x", c);
            if (quoted.length() + next.length() > most) {
                return quoted + "…";
            }
            quoted.append(next);
            i += Character.charCount(c);
        }
        return quoted.toString();
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
