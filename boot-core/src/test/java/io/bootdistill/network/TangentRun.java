package io.bootdistill.network;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.internal.device.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** A network in forward mode, with parameters and inputs: what the tests of tangents share. */
final class TangentRun implements AutoCloseable {

    /** The U-Nets of the golden files, a perceptron with labels and a further scalar, shared memory, transformers. */
    static final List<String> NETWORKS = List.of(
            "class-conditional", "ddpm-cifar10-layout", "fourier-class-timestep", "no-attention-centered",
            "scale-shift-resnet-sampling", "mlp", "tangle", "leading", "transformer", "tokens", "reshapes");

    static final int N = 2;

    private final Scope scope = new Scope();
    final Plan plan;
    final Kernels kernels;

    TangentRun(Network network, Device device) {
        this(model(network, device), device);
    }

    private TangentRun(Model model, Device device) {
        scope.own(model);
        plan = scope.own(new Plan(model, N, Plan.Mode.TANGENT));
        kernels = scope.own(device.openKernels());
        kernels.upload(numbers(plan.x().data(), 1), 0, plan.x().data());
        for (String scalar : model.graph().network().scalars()) {
            kernels.upload(new float[] {1.5f, 0.25f}, 0, plan.scalar(scalar).data());
        }
        if (plan.condition() != null) {
            Slice condition = plan.condition().data();
            kernels.upload(condition.length() == N ? new float[] {1, 2} : numbers(condition, 2), 0, condition);
        }
    }

    /** One of {@link #NETWORKS}. */
    static TangentRun of(String name, Device device) throws IOException {
        return switch (name) {
            case "mlp" -> new TangentRun(new Mlp(3, 8, 2, 3, List.of("w")), device);
            case "reshapes" -> new TangentRun(new ReshapeTest.Reshapes(), device);
            case "tangle" -> new TangentRun(new PlanTest.Tangle(), device);
            case "leading" -> new TangentRun(LeadingChannels.of(new PlanTest.Tangle(), 1), device);
            case "tokens" -> {
                TangentRun run = new TangentRun(new TokenNetwork(), device);
                run.kernels.upload(TokenNetwork.IDS, 0, run.plan.condition().data());
                yield run;
            }
            case "transformer" -> new TangentRun(new TransformerLayersTest.Transformer(), device);
            default -> new TangentRun(golden("unet/" + name + "/", device), device);
        };
    }

    static boolean isFourier(String name) {
        return name.startsWith("fourier");
    }

    private static Model model(Network network, Device device) {
        Model model = new Model(Graph.of(network), device, false);
        model.initialize(5);
        return model;
    }

    private static Model golden(String folder, Device device) throws IOException {
        String json = Files.readString(Fixtures.file(folder + "config.json"));
        UNetConfig config = UNetConfig.parse(json, folder);
        try (SafetensorsFile weights = SafetensorsFile.open(Fixtures.file(folder + "diffusion_pytorch_model.safetensors"))) {
            Model model = new Model(Graph.of(new UNet(config)), device, false);
            model.load(parameter -> weights.floats(parameter.name()));
            return model;
        }
    }

    private static float[] numbers(Slice slice, int draw) {
        float[] values = new float[(int) slice.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Philox.normal(17, draw, i);
        }
        return values;
    }

    /** Runs with one time for all samples, which changes at the given speeds. */
    TangentRun run(double time, float... speeds) {
        kernels.upload(new float[] {(float) time, (float) time}, 0, plan.scalar("t").data());
        kernels.upload(speeds, 0, plan.timeTangent().data());
        plan.forward(kernels, N);
        return this;
    }

    float[] values(Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    @Override
    public void close() {
        scope.close();
    }
}
