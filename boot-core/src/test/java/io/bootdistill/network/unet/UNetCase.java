package io.bootdistill.network.unet;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A golden case of a U-Net with text on a device: its model, and what its file holds in the order of the device. */
final class UNetCase implements AutoCloseable {

    static final List<String> NAMES = List.of(
            "unet-sd1", "unet-sd2", "unet-bk-tiny", "unet-time-cond", "unet-sdxl", "unet-if1", "unet-if2");

    static List<String> names() {
        return NAMES;
    }

    /** What the inputs of the network are called in the file. */
    private static final Map<String, String> INPUTS = Map.of(
            ConditionalUNet.TIME, "timestep", ConditionalUNet.TEXT, "encoder_hidden_states", ConditionalUNet.POOLED,
            "text_embeds", ConditionalUNet.TIME_IDS, "time_ids", ConditionalUNet.CLASS, "class_labels", "x", "sample");

    private final Scope scope = new Scope();
    final SafetensorsFile golden;
    final ConditionalUNet network;
    final Model model;
    final Kernels kernels;
    final int n;

    UNetCase(String name, Device device, boolean masked) {
        golden = scope.own(SafetensorsFile.open(file(name, "case.safetensors")));
        SafetensorsFile weights = scope.own(SafetensorsFile.open(file(name, "diffusion_pytorch_model.safetensors")));
        int[] sample = golden.shape("sample");
        n = sample[0];
        network = new ConditionalUNet(ConditionalUNetReader.read(file(name, "config.json")), sample[2], sample[3],
                golden.shape("encoder_hidden_states")[1], masked);
        model = scope.own(new Model(Graph.of(network), device, true));
        model.load(parameter -> {
            weights.requireShape(parameter.name(), parameter.shape());
            return weights.floats(parameter.name());
        });
        kernels = scope.own(device.openKernels());
    }

    static Path file(String name, String file) {
        return Fixtures.file("text-to-image/" + name + "/" + file);
    }

    Plan plan(Plan.Mode mode, String... by) {
        Plan plan = scope.own(new Plan(model, n, mode, by));
        INPUTS.forEach((input, key) -> {
            if (plan.input(input) != null) {
                upload(values(key), plan.input(input));
            }
        });
        if (plan.input(ConditionalUNet.GUIDANCE) != null) {
            float[] scale = golden.floats("guidance_minus_1");
            for (int i = 0; i < n; i++) {
                scale[i] += 1;
            }
            upload(scale, plan.input(ConditionalUNet.GUIDANCE));
        }
        return plan;
    }

    /** The inputs whose gradient the file holds, and which the network has one for: by their names here and there. */
    Map<String, String> differentiable() {
        Map<String, String> found = new LinkedHashMap<>();
        for (String input : List.of("x", ConditionalUNet.TEXT, ConditionalUNet.POOLED)) {
            if (golden.names().contains("grad." + INPUTS.get(input))) {
                found.put(input, "grad." + INPUTS.get(input));
            }
        }
        return found;
    }

    /** Of the file; images in the order of the device. */
    float[] values(String key) {
        float[] values = golden.floats(key);
        if (golden.shape(key).length < 4 || key.startsWith("grad_param")) {
            return values;
        }
        int[] shape = golden.shape(key);
        return transpose(values, shape[1], shape[2] * shape[3]);
    }

    /** [n][from][to] as [n][to][from]. */
    private static float[] transpose(float[] values, int from, int to) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int sample = i / (from * to);
            result[(sample * to + i % to) * from + i / to % from] = values[i];
        }
        return result;
    }

    void upload(float[] values, Tensor tensor) {
        kernels.upload(values, 0, tensor.data());
    }

    float[] download(Tensor tensor) {
        Slice slice = tensor.data();
        float[] values = new float[Math.toIntExact(slice.length())];
        kernels.download(slice, values, 0);
        return values;
    }


    @Override
    public void close() {
        scope.close();
    }
}
