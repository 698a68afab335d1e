package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.objective.Bootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The version of the layout of students' folders. */
@Tag("fast")
class StudentFolderTest {

    private static final String KEY = "layout";

    @TempDir
    Path temp;

    @Test
    void folderWithoutAVersionIsOfTheFirst() throws IOException {
        Device device = Devices.named("reference");
        Path folder = temp.resolve("student");
        TinyTeacher.write(temp.resolve("teacher"), "v_prediction");
        DistillationConfig config = DistillationConfig.builder()
                .objective(Bootstrap.defaults()).noCorrector().batch(2).images(2).heldOut(0).build();
        try (Teacher teacher = Teacher.load(temp.resolve("teacher"), device);
                Student student = new BootDistiller(teacher).train(config)) {
            student.save(folder);
        }
        try (Teacher stock = Teacher.load(folder, device)) { // which takes one step
            assertEquals(folder + " holds a student, which makes pictures of pure noise in one step; distil the teacher that it was"
                    + " made from",
                    assertThrows(ModelFormatException.class, () -> new BootDistiller(stock).train(config)).getMessage());
        }
        Path file = folder.resolve("boot.json");
        JsonObject marks = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        assertEquals("2", marks.remove(KEY).toString());
        Files.writeString(file, marks.toString());
        String message = assertThrows(ModelFormatException.class, () -> Student.load(folder, device)).getMessage();
        assertEquals(folder + " names no layout: it is of version 0.1.0, whose folders cannot be read any more; train again, or go"
                + " on with version 0.1.0", message);
        Files.delete(file);
        assertFalse(Student.isStudent(folder), "what is left is a network like any other");
        Path network = folder.resolve("unet/config.json");
        Files.writeString(network, Files.readString(network).replaceFirst("\\{", "{\"boot_one_step\": true,"));
        assertEquals(message, assertThrows(ModelFormatException.class, () -> Teacher.load(folder, device)).getMessage());
        assertEquals(message, assertThrows(ModelFormatException.class, () -> Student.isStudent(folder)).getMessage());
    }
}
