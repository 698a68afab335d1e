package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.UnsupportedKernelException;
import io.bootdistill.network.Operation.Pass;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Refuses a device that lacks a kernel, before anything is allocated for a graph that needs it. */
final class KernelCheck {

    private KernelCheck() {}

    /** @throws UnsupportedKernelException that names the device, the kernel and the layer that needs it */
    static void require(Device device, Graph graph, Pass pass) {
        require(device, graph, i -> graph.operations.get(i).kernels(pass));
    }

    /**
     * Likewise what backward calls where gradients travel so.
     *
     * @throws UnsupportedKernelException as above
     */
    static void require(Device device, Graph graph, GradientFlow flow) {
        require(device, graph, i -> {
            Operation operation = graph.operations.get(i);
            return flow.dy[i] == null ? List.of() : operation.backwardKernels(flow.trains(operation), flow.dx[i]);
        });
    }

    /** @param kernels by the number of an operation */
    private static void require(Device device, Graph graph, IntFunction<List<Kernel>> kernels) {
        String last = "its input"; // an operation without parameters is found by the one before it
        for (int i = 0; i < graph.operations.size(); i++) {
            String parameter = parameter(graph, graph.operations.get(i));
            for (Kernel kernel : kernels.apply(i)) {
                if (!device.supports(kernel)) {
                    throw new UnsupportedKernelException(device.name(), kernel,
                            "which the network needs " + (parameter == null ? "after " + last : "for " + parameter));
                }
            }
            last = parameter == null ? last : parameter;
        }
    }

    /** The first parameter of an operation, which says where in the network it stands; null for one without. */
    private static @Nullable String parameter(Graph graph, Operation operation) {
        for (Operation.Block block : operation.blocks) {
            for (Parameter parameter : graph.parameters(block.place())) {
                if (parameter.offset() >= block.offset() && parameter.offset() < block.offset() + block.length()) {
                    return parameter.name();
                }
            }
        }
        return null;
    }
}
