package io.bootdistill.internal.file;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;

/**
 * The version of what this library's folders hold, by name and meaning. It is named in a JSON file of each, and counts up when
 * what was written before can no longer be read. Version 0.1.0 of the library named none.
 */
public final class FolderLayout {

    /** Its key in JSON. */
    public static final String KEY = "layout";

    /** The version that is written, and the only one that is read. */
    public static final int VERSION = 2;

    private FolderLayout() {}

    /** Names the version in what is to be written. */
    public static void mark(JsonObject json) {
        json.addProperty(KEY, VERSION);
    }

    /**
     * Requires that this version can be read.
     *
     * @param source what the JSON was read from, for messages
     * @throws ModelFormatException if it is another, saying what to do
     */
    public static void require(JsonObject json, String source) {
        if (!json.has(KEY)) {
            throw new ModelFormatException(source + " names no " + KEY + ": it is of version 0.1.0, whose folders cannot be read"
                    + " any more; train again, or go on with version 0.1.0");
        }
        String found = json.get(KEY).toString();
        if (!found.equals(Integer.toString(VERSION))) {
            throw new ModelFormatException(source + ": " + KEY + " is " + Quoted.of(found) + ", must be " + VERSION
                    + ", which this version reads; use the version that wrote it, or a newer one");
        }
    }
}
