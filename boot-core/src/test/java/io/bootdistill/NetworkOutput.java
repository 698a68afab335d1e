package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Plan;
import io.bootdistill.network.unet.ConditionalUNet;
import java.nio.file.Path;
import java.util.Arrays;

/** The network of a pipeline of text states, called by itself with all channels of its input. */
final class NetworkOutput implements AutoCloseable {

    private final Scope scope = new Scope();
    private final ImageShape shape;
    private final Plan plan;
    private final Kernels kernels;

    NetworkOutput(Path folder, Device device) {
        Pipeline pipeline = scope.own(new Pipeline(PipelineFolder.open(folder), device, null));
        ConditionalUNet network = ((ConditionalUNet) pipeline.network()).withImage(0);
        shape = network.input();
        Model model = scope.own(pipeline.model().at(Graph.of(network)));
        plan = scope.own(new Plan(model, 1, Plan.Mode.INFERENCE));
        kernels = scope.own(device.openKernels());
    }

    /**
     * The prediction for a sample, as planes.
     *
     * @param x [channels][height][width]
     * @param time index of the step
     * @param level the class, where there is one
     */
    float[] at(float[] x, float time, float[] text, float level) {
        float[] rows = new float[x.length];
        Layout.toRows(1, shape, x, rows);
        kernels.upload(rows, 0, plan.x().data());
        kernels.upload(new float[] {time}, 0, plan.scalar(ScalarInputs.TIME).data());
        kernels.upload(text, 0, plan.input(ConditionalUNet.TEXT).data());
        if (plan.input(ConditionalUNet.CLASS) != null) {
            kernels.upload(new float[] {level}, 0, plan.input(ConditionalUNet.CLASS).data());
        }
        plan.forward(kernels, 1);
        float[] output = new float[shape.pixels() * 6];
        kernels.download(plan.y().data(), output, 0);
        float[] planes = new float[output.length];
        Layout.toPlanes(1, new ImageShape(6, shape.height(), shape.width()), output, planes);
        return Arrays.copyOf(planes, planes.length / 2);
    }

    @Override
    public void close() {
        scope.close();
    }
}
