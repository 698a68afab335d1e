package io.bootdistill.examples.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.TinyTeacher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an ablation was begun with, and what it goes on with. */
final class SettingTest {

    @TempDir
    private Path folder;

    private static Setting setting(String teacher, String images, String extractor) {
        return new Setting(1, 100, "reference", 4, 2, teacher, null, null, images, extractor);
    }

    private static Setting ofPrompts(String prompts, String guidance) {
        return new Setting(1, 100, "reference", 4, 2, "a", prompts, guidance, null, null);
    }

    private void refused(Setting setting, String... words) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> setting.settle(folder));
        for (String word : words) {
            assertTrue(refused.getMessage().contains(word), refused.getMessage());
        }
    }

    @Test
    void othersAreRefused() throws IOException {
        setting("a", "b", "c").settle(folder);
        setting("a", "b", "c").settle(folder);
        refused(setting("d", "b", "c"), "teacher is \"a\" there, \"d\" here");
        refused(setting("a", "d", "c"), "images is \"b\" there, \"d\" here");
        refused(setting("a", "b", "d"), "extractor is \"c\" there, \"d\" here");
        refused(setting("a", null, null), "images is \"b\" there, none here");
    }

    @Test
    void noImagesAreASettingToo() throws IOException {
        setting("a", null, null).settle(folder);
        setting("a", null, null).settle(folder);
        refused(setting("a", "b", "c"), "images is none there, \"b\" here");
    }

    @Test
    void othersOfPromptsAreRefused() throws IOException {
        ofPrompts("b", "c").settle(folder);
        ofPrompts("b", "c").settle(folder);
        refused(ofPrompts("d", "c"), "prompts is \"b\" there, \"d\" here");
        refused(ofPrompts("b", "d"), "guidance is \"c\" there, \"d\" here");
        refused(ofPrompts(null, "c"), "prompts is \"b\" there, none here");
    }

    /** Nobody knows what it was begun with. */
    @Test
    void fileWithoutATeacherIsRefused() throws IOException {
        Files.writeString(folder.resolve("ablation.json"),
                "{\"seed\": 1, \"heldOut\": 100, \"device\": \"reference\", \"processors\": 4, \"workers\": 2}");
        refused(setting("a", null, null), "teacher is none there, \"a\" here");
    }

    @Test
    void keysAreOfWhatATeacherIs() throws IOException {
        Path teacher = folder.resolve("teacher");
        TinyTeacher.write(teacher, "v_prediction");
        String key = FileKey.ofTeacher(teacher);
        assertEquals(16, key.length());
        Files.writeString(teacher.resolve("README.md"), "a teacher");
        Path moved = Files.move(teacher, folder.resolve("moved"));
        assertEquals(key, FileKey.ofTeacher(moved));
        Path weights = moved.resolve("unet/diffusion_pytorch_model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1]++;
        Files.write(weights, bytes);
        assertNotEquals(key, FileKey.ofTeacher(moved));
        TinyTeacher.write(folder.resolve("other"), "sample");
        assertNotEquals(key, FileKey.ofTeacher(folder.resolve("other")));
    }
}
