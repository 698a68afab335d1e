package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.Fixtures;
import io.bootdistill.Golden;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.format.SafetensorsFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs and all gradients of small U-Nets against another implementation. */
@Tag("fast")
public class UNetGoldenTest {

    /** The device under test; other modules override it. */
    protected Device device() {
        return Devices.named("reference");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "class-conditional", "ddpm-cifar10-layout", "fourier-class-timestep", "no-attention-centered",
        "scale-shift-resnet-sampling"
    })
    void outputAndGradients(String name) throws IOException {
        String folder = "unet/" + name + "/";
        try (SafetensorsFile weights = SafetensorsFile.open(Fixtures.file(folder + "diffusion_pytorch_model.safetensors"));
                SafetensorsFile golden = SafetensorsFile.open(Fixtures.file(folder + "case.safetensors"))) {
            int[] shape = golden.shape("sample");
            UNetConfig config = UNetConfig.read(Fixtures.file(folder + "config.json")).resized(shape[2], shape[3]);
            check(name, Graph.of(new UNet(config)), weights, golden);
        }
    }

    private void check(String name, Graph graph, SafetensorsFile weights, SafetensorsFile golden) {
        try (Model model = new Model(graph, device(), true)) {
            model.load(parameter -> {
                weights.requireShape(parameter.name(), parameter.shape());
                return weights.floats(parameter.name());
            });
            check(name, graph, model, golden);
        }
    }

    private void check(String name, Graph graph, Model model, SafetensorsFile golden) {
        ImageShape shape = graph.network().input();
        int n = golden.shape("sample")[0];
        try (Plan plan = new Plan(model, n, Plan.Mode.TRAINING_WITH_INPUT_GRADIENT);
                Kernels kernels = device().openKernels();
                Gradients gradients = new Gradients(model)) {
            kernels.upload(rows(golden.floats("sample"), n, shape), 0, plan.x().data());
            kernels.upload(golden.floats("timestep"), 0, plan.scalar("t").data());
            if (golden.names().contains("class_labels")) {
                kernels.upload(golden.floats("class_labels"), 0, plan.condition().data());
            }
            plan.forward(kernels, n);
            ImageShape out = new ImageShape(graph.network().outputChannels(), shape.height(), shape.width());
            double used = Golden.values("output", golden.floats("output"), planes(download(kernels, plan.y().data()), n, out));
            kernels.upload(rows(golden.floats("grad_output"), n, out), 0, plan.dy().data());
            plan.backward(kernels, n, gradients, false);

            Map<String, float[]> reference = new HashMap<>();
            golden.names().stream().filter(key -> key.startsWith("grad.")).forEach(key -> reference.put(key, golden.floats(key)));
            double all = Math.sqrt(reference.values().stream().mapToDouble(g -> Math.pow(Golden.norm(g), 2)).sum());
            double[] worst = new double[2];
            model.save(gradients.flat(), (parameter, values) -> {
                float[] expected = reference.remove("grad." + parameter.name());
                if (expected != null && graph.layout().find(parameter.name()) == null) {
                    assertEquals(0, Golden.norm(expected), "a constant of the checkpoint has no gradient");
                } else if (expected != null) {
                    worst[0] = Math.max(worst[0], Golden.gradient(parameter.name(), expected, values, all));
                }
            });
            assertEquals(Map.of(), reference, "gradients that were not made");
            worst[1] = Golden.gradient(
                    "grad_sample", golden.floats("grad_sample"), planes(download(kernels, plan.dx().data()), n, shape), all);
            System.Logger log = System.getLogger(getClass().getName());
            log.log(System.Logger.Level.INFO, "{0} on {1}: used {2} of the tolerance (output), {3} (parameters), {4} (input)",
                    name, device().description(), used, worst[0], worst[1]);
        }
    }

    private static float[] download(Kernels kernels, io.bootdistill.device.Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    private static float[] rows(float[] planes, int n, ImageShape shape) {
        return transpose(planes, n, shape.channels(), shape.pixels());
    }

    private static float[] planes(float[] rows, int n, ImageShape shape) {
        return transpose(rows, n, shape.pixels(), shape.channels());
    }

    private static float[] transpose(float[] values, int n, int height, int width) {
        float[] result = new float[values.length];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    result[(k * width + j) * height + i] = values[(k * height + i) * width + j];
                }
            }
        }
        return result;
    }
}
