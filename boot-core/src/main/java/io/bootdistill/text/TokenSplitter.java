package io.bootdistill.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits a text at the tokens it names: of those that start at one place, at the longest. Immutable. */
final class TokenSplitter {

    private static final int TEXT = -1;

    private final List<AddedToken> longestFirst;

    TokenSplitter(List<AddedToken> tokens) {
        this.longestFirst = tokens.stream()
                .sorted(Comparator.comparingInt((AddedToken token) -> token.content().length()).reversed())
                .toList();
    }

    /** A token, or the text between two. */
    record Piece(String text, int token) {

        boolean isToken() {
            return token != TEXT;
        }
    }

    List<Piece> split(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            AddedToken token = tokenAt(text, at);
            if (token == null) {
                at++;
                continue;
            }
            addText(text.substring(from, at), pieces);
            pieces.add(new Piece(token.content(), token.id()));
            at += token.content().length();
            from = at;
        }
        addText(text.substring(from), pieces);
        return pieces;
    }

    private static void addText(String text, List<Piece> pieces) {
        if (!text.isEmpty()) {
            pieces.add(new Piece(text, TEXT));
        }
    }

    private @Nullable AddedToken tokenAt(String text, int at) {
        for (AddedToken token : longestFirst) {
            if (text.startsWith(token.content(), at)) {
                return token;
            }
        }
        return null;
    }
}
