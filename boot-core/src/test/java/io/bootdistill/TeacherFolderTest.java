package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.format.DType;
import io.bootdistill.format.RawFiles;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.file.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A teacher's folder that was read and is written again says the same. */
@Tag("fast")
class TeacherFolderTest {

    private static final Device DEVICE = Devices.named("reference");
    private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";

    @TempDir
    Path temp;

    private Path saved(Path source, String name) throws IOException {
        Path target = temp.resolve(name);
        try (Teacher teacher = Teacher.load(source, DEVICE)) {
            teacher.save(target);
        }
        return target;
    }

    /** Written by an older version, with half of the weights in half precision. */
    @Test
    void eachKeyAndEachTensorStays() throws IOException {
        Path source = temp.resolve("source");
        TinyTeacher.write(source, "v_prediction");
        JsonObject network = Json.read(source.resolve("unet/config.json"));
        network.addProperty("_diffusers_version", "0.6.0");
        network.addProperty("norm_eps", Double.valueOf("1e-05"));
        network.add("resnet_time_scale_shift", network.remove("layers_per_block"));
        network.add("layers_per_block", network.remove("resnet_time_scale_shift"));
        Json.write(source.resolve("unet/config.json"), network);
        Path scheduler = source.resolve("scheduler/scheduler_config.json");
        Files.writeString(scheduler, "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"prediction_type\": \"v_prediction\",\n"
                + "\"num_train_timesteps\": 100, \"lambda_min_clipped\": -Infinity, \"solver_order\": 2}");
        halved(source.resolve(WEIGHTS));
        Path once = saved(source, "once");
        Path twice = saved(once, "twice");
        assertEquals(network.toString(), Json.read(once.resolve("unet/config.json")).toString());
        assertEquals(-1, Files.mismatch(scheduler, once.resolve("scheduler/scheduler_config.json")));
        assertEquals(List.of("model_index.json", "scheduler", "unet"), RawFiles.names(once));
        for (String file : List.of("model_index.json", "scheduler/scheduler_config.json", "unet/config.json", WEIGHTS)) {
            assertEquals(-1, Files.mismatch(once.resolve(file), twice.resolve(file)), file);
        }
        try (SafetensorsFile before = SafetensorsFile.open(source.resolve(WEIGHTS));
                SafetensorsFile after = SafetensorsFile.open(once.resolve(WEIGHTS))) {
            assertEquals(List.copyOf(before.names()), List.copyOf(after.names()));
            assertEquals(before.metadata(), after.metadata());
            for (String name : before.names()) {
                assertEquals(before.dtype(name), after.dtype(name), name);
                assertArrayEquals(before.shape(name), after.shape(name), name);
                assertArrayEquals(bytes(before, name), bytes(after, name), name);
            }
        }
    }

    /** Cuts the weights of each other tensor to half precision, and gives the attention its names of before. */
    private static void halved(Path file) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        Path other = file.resolveSibling("other");
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            boolean half = false;
            for (String name : read.names()) {
                String old = name.replaceFirst("(attentions\\.\\d\\.)to_q", "$1query").replaceFirst("to_out\\.0", "proj_attn");
                float[] values = read.floats(name);
                half = !half;
                for (int i = 0; i < values.length && half; i++) {
                    values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff0000);
                }
                writer.add(old, half ? DType.BF16 : DType.F32, read.shape(name),
                        (first, into) -> into.put(values, (int) first, into.remaining()));
            }
            writer.write(other);
        }
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] bytes(SafetensorsFile file, String name) {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size(name) * file.dtype(name).bytes());
        file.readBytes(name, 0, bytes);
        return bytes.array();
    }

    /** Its network would be read as one of pixels. */
    @Test
    void networkWithAnAutoencoderIsNoTeacherOfPixels() throws IOException {
        Path source = temp.resolve("source");
        TinyTeacher.write(source, "v_prediction");
        Files.createDirectories(source.resolve("vqvae"));
        Files.writeString(source.resolve("vqvae/config.json"), "{}");
        RawFiles.assertRefused(() -> Teacher.load(source, DEVICE), source, "holds the autoencoder vqvae beside unet",
                "LDMPipeline");
    }
}
