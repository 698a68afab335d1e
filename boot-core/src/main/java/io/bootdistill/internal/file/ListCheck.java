package io.bootdistill.internal.file;

import java.util.List;

/** Refuses a list that is missing, or holds null, with an {@link IllegalArgumentException} that names it. */
public final class ListCheck {

    private ListCheck() {}

    /** A copy of a list without nulls. */
    public static <T> List<T> copy(String name, List<T> values) {
        require(values != null, name);
        for (int i = 0; i < values.size(); i++) {
            require(values.get(i) != null, name + "[" + i + "]");
        }
        return List.copyOf(values);
    }

    private static void require(boolean given, String name) {
        if (!given) {
            throw new IllegalArgumentException(name + " is missing");
        }
    }
}
