package io.bootdistill.internal.pipeline;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import java.nio.file.Path;

/** What the format cannot say of a {@code UNet2DModel}: that it enlarges, and which pictures; in a file of this library alone. */
public final class SmallerMark {

    /** Channels, height and width of the smaller pictures. */
    private static final String ENLARGES = "enlarges";

    private SmallerMark() {}

    /**
     * A network of the format, as the marks of its folder say: one that enlarges, or itself.
     *
     * @throws ModelFormatException if they are damaged, or not those of this network
     */
    public static UNet network(UNet format, JsonObject marks, Path path) {
        if (!marks.has(ENLARGES)) {
            return format;
        }
        try {
            JsonArray shape = marks.getAsJsonArray(ENLARGES);
            return format.enlarging(new ImageShape(shape.get(0).getAsInt(), shape.get(1).getAsInt(), shape.get(2).getAsInt()));
        } catch (RuntimeException e) {
            throw new ModelFormatException(path + ": " + ENLARGES + " is " + Quoted.of(marks.get(ENLARGES))
                    + ", must be channels, height and" + " width of smaller pictures that its network reads: " + e.getMessage(), e);
        }
    }

    /** Adds what there is to say of a network. */
    public static void add(JsonObject marks, UNet network) {
        ImageShape small = network.small();
        if (small != null) {
            FolderLayout.mark(marks);
            JsonArray shape = new JsonArray();
            shape.add(small.channels());
            shape.add(small.height());
            shape.add(small.width());
            marks.add(ENLARGES, shape);
        }
    }
}
