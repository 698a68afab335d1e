package io.bootdistill.text;

import java.text.Normalizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words of a normalized text, one after the other: runs of letters, single digits, runs of anything else, and English
 * contractions. For one thread.
 */
final class Words {

    /** As words of a text these are split in three, wherever they are no tokens. */
    private static final List<String> NAMES = List.of("<|startoftext|>", "<|endoftext|>");

    private static final int BRACKET = 2;
    private static final List<String> CONTRACTIONS = List.of("'s", "'t", "'re", "'ve", "'m", "'ll", "'d");

    private static final int CAPITAL_I_WITH_DOT = 0x130;
    private static final String SMALL_I_WITH_DOT = "i\u0307";

    /** The JDK moves all marks behind an inserted one: the time of a longer run would be seen. */
    private static final int MOST_MARKS = 1000;

    private enum Kind { LETTER, NUMBER, SPACE, OTHER }

    private final String text;
    private int at;
    private int endOfName;

    /** @param text as {@link #normalized} gives it */
    Words(String text) {
        this.text = text;
    }

    /** Null at the end. */
    @Nullable String next() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        if (at == text.length()) {
            return null;
        }
        int from = at;
        at = end();
        return text.substring(from, at);
    }

    private int end() {
        for (String name : NAMES) {
            if (at >= endOfName && text.startsWith(name, at)) {
                endOfName = at + name.length();
                return at + BRACKET;
            }
        }
        for (String contraction : CONTRACTIONS) {
            if (text.startsWith(contraction, at)) {
                return at + contraction.length();
            }
        }
        int first = text.codePointAt(at);
        Kind kind = kind(first);
        int end = at + Character.charCount(first);
        int limit = at < endOfName ? endOfName : text.length();
        while (kind != Kind.NUMBER && end < limit && kind(text.codePointAt(end)) == kind) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    private static Kind kind(int character) {
        return switch (Character.getType(character)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER, Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> Kind.LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> Kind.NUMBER;
            default -> isSpace(character) ? Kind.SPACE : Kind.OTHER;
        };
    }

    /** The property White_Space. */
    private static boolean isSpace(int character) {
        return character >= '\t' && character <= '\r' || character == 0x85 || Character.isSpaceChar(character);
    }

    /**
     * Composed (NFC), each run of white space one blank, and each character in lower case for itself: unlike
     * {@link String#toLowerCase}, which knows a sigma at the end of a word.
     */
    static String normalized(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        StringBuilder result = new StringBuilder(composed.length());
        boolean afterSpace = false;
        for (int i = 0; i < composed.length(); ) {
            int character = composed.codePointAt(i);
            boolean space = isSpace(character);
            if (character == CAPITAL_I_WITH_DOT) {
                result.append(SMALL_I_WITH_DOT);
            } else if (!space) {
                result.appendCodePoint(Character.toLowerCase(character));
            } else if (!afterSpace) {
                result.append(' ');
            }
            afterSpace = space;
            i += Character.charCount(character);
        }
        return result.toString();
    }

    /** Refuses what is no text, or would take too long. */
    static void requireText(String prompt) {
        int marks = 0;
        for (int i = 0; i < prompt.length(); i += Character.charCount(prompt.codePointAt(i))) {
            int type = Character.getType(prompt.codePointAt(i));
            if (type == Character.SURROGATE) {
                throw new IllegalArgumentException("prompt has half a surrogate pair at index " + i + "; give Unicode text");
            }
            boolean mark = type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK
                    || type == Character.ENCLOSING_MARK;
            marks = mark ? marks + 1 : 0;
            if (marks > MOST_MARKS) {
                throw new IllegalArgumentException("prompt has more than " + MOST_MARKS + " combining marks in a row, up to"
                        + " index " + i + "; leave them out");
            }
        }
    }
}
