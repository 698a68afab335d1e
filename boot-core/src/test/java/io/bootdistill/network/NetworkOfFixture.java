package io.bootdistill.network;

import io.bootdistill.Fixtures;
import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Philox;
import io.bootdistill.device.Slice;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.network.dit.Dit;
import io.bootdistill.network.dit.DitConfigReader;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.network.unet.ConditionalUNetReader;
import java.util.List;

/** The small networks of the fixtures with numbers in place of their weights, of which none is zero, and of their inputs. */
final class NetworkOfFixture implements AutoCloseable {

    static final List<String> NAMES = List.of(
            "unet/class-conditional", "unet/ddpm-cifar10-layout", "unet/fourier-class-timestep", "unet/no-attention-centered",
            "unet/scale-shift-resnet-sampling", "text-to-image/unet-sd1", "text-to-image/unet-sd2", "text-to-image/unet-bk-tiny",
            "text-to-image/unet-time-cond", "text-to-image/unet-sdxl", "text-to-image/unet-if1", "text-to-image/unet-if2",
            "text-to-image/dit");

    static final int BLOCK = 2;

    private final Scope scope = new Scope();
    private final Device device;
    final Kernels kernels;

    NetworkOfFixture(Device device) {
        this.device = device;
        kernels = scope.own(device.openKernels());
    }

    static Graph graph(String name) {
        return Graph.of(network(name));
    }

    private static Network network(String name) {
        var file = Fixtures.file(name + "/config.json");
        if (name.startsWith("unet/")) {
            return new UNet(UNetConfig.read(file).resized(8, 8));
        }
        return name.endsWith("dit") ? new Dit(DitConfigReader.read(file))
                : new ConditionalUNet(ConditionalUNetReader.read(file), 8, 8, 3, false);
    }

    /** A model whose parameters are numbers about as large as those of a trained one. */
    Model model(Graph graph, boolean gradient) {
        Model model = scope.own(new Model(graph, device, gradient));
        fill(model);
        return model;
    }

    static void fill(Model model) {
        model.load(parameter -> {
            float[] values = numbers(parameter.size(), parameter.name().hashCode() & 0xffff);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] / Math.sqrt(Math.max(2, parameter.fanIn())))
                        + (parameter.initial() == Parameter.Initial.ONE ? 1 : 0);
            }
            return values;
        });
    }

    /** A plan with its inputs, of which x may have a gradient. */
    Plan plan(Model model, Plan.Mode mode) {
        return plan(model, mode, InputNames.X);
    }

    Plan plan(Model model, Plan.Mode mode, String by) {
        Plan plan = scope.own(new Plan(model, BLOCK, mode, by));
        model.graph().inputs.keySet().forEach(name -> {
            Slice input = plan.input(name).data();
            float[] values = numbers((int) input.length(), name.hashCode() & 0xffff);
            boolean isLabel = name.equals(InputNames.CONDITION) && model.graph().network().condition() instanceof ConditionShape.Label;
            for (int i = 0; i < values.length; i++) {
                values[i] = isLabel ? i % 2 : model.graph().network().scalars().contains(name) ? 7 * (i + 1) : values[i];
            }
            kernels.upload(values, 0, input);
        });
        return plan;
    }

    Gradients gradients(Model model) {
        return scope.own(new Gradients(model));
    }

    float[] values(Slice slice) {
        float[] values = new float[(int) slice.length()];
        kernels.download(slice, values, 0);
        return values;
    }

    static float[] numbers(int count, int draw) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Philox.normal(29, draw, i);
        }
        return values;
    }

    @Override
    public void close() {
        scope.close();
    }
}
