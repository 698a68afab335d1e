package io.bootdistill.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.error.ModelFormatException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class FolderLayoutTest {

    @Test
    void whatIsWrittenCanBeRead() {
        JsonObject json = new JsonObject();
        FolderLayout.mark(json);
        assertEquals("{\"layout\":2}", json.toString());
        FolderLayout.require(json, "run/config.json");
    }

    @Test
    void otherVersionsAreRefusedWithTheWayOut() {
        refused("{}", " names no layout: it is of version 0.1.0, whose folders cannot be read any more; train again, or go on with"
                + " version 0.1.0");
        refused("{\"layout\": 3}",
                ": layout is 3, must be 2, which this version reads; use the version that wrote it, or a newer one");
        refused("{\"layout\": \"2\"}",
                ": layout is \"2\", must be 2, which this version reads; use the version that wrote it, or a newer one");
    }

    private static void refused(String json, String message) {
        JsonObject object = JsonParser.parseString(json).getAsJsonObject();
        assertEquals("run/config.json" + message,
                assertThrows(ModelFormatException.class, () -> FolderLayout.require(object, "run/config.json")).getMessage());
    }
}
