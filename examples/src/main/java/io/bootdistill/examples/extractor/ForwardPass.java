package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernels;
import io.bootdistill.format.TensorSource;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Plan;

/** A trained network of one input that is run on any number of images. Thread-safe: calls queue. */
final class ForwardPass implements AutoCloseable {

    private static final int BLOCK = 50;

    private final ImageShape input;
    private final ImageShape output;
    private final Scope scope = new Scope();
    private final Kernels kernels;
    private final Plan plan;

    /** @throws io.bootdistill.error.ModelFormatException if a tensor is missing, of another shape, or not finite */
    ForwardPass(Network network, TensorSource weights, Device device) {
        input = network.input();
        output = network.output();
        try {
            Graph graph = Graph.of(network);
            graph.layout().all().forEach(parameter -> weights.requireShape(parameter.name(), parameter.shape()));
            Model model = scope.own(new Model(graph, device, false));
            model.load((parameter, first, into) -> weights.readFinite(parameter.name(), first, into));
            kernels = scope.own(device.openKernels());
            plan = scope.own(new Plan(model, BLOCK, Plan.Mode.INFERENCE));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /**
     * Runs the network.
     *
     * @param images [n][channels][height][width] of its input
     * @return [n][channels][height][width] of its output
     */
    synchronized float[] run(float[] images) {
        if (images.length % input.size() != 0) {
            throw new IllegalArgumentException(
                    "images has " + images.length + " values, must be a multiple of " + input.size() + " (" + input + ")");
        }
        int count = images.length / input.size();
        float[] outputs = new float[Math.multiplyExact(count, output.size())];
        float[] planes = new float[BLOCK * Math.max(input.size(), output.size())];
        float[] rows = new float[planes.length];
        for (int from = 0; from < count; from += BLOCK) {
            int n = Math.min(BLOCK, count - from);
            System.arraycopy(images, from * input.size(), planes, 0, n * input.size());
            Layout.toRows(n, input, planes, rows);
            kernels.upload(rows, 0, plan.x().data());
            plan.forward(kernels, n);
            kernels.download(plan.y().data(), rows, 0);
            Layout.toPlanes(n, output, rows, planes);
            System.arraycopy(planes, 0, outputs, from * output.size(), n * output.size());
        }
        return outputs;
    }

    @Override
    public synchronized void close() {
        scope.close();
    }
}
