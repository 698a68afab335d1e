package io.bootdistill.network;

import io.bootdistill.device.Device;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.UnsupportedKernelException;
import io.bootdistill.network.Operation.Pass;
import org.jspecify.annotations.Nullable;

/** Refuses a device that lacks a kernel, before anything is allocated for a graph that needs it. */
final class KernelCheck {

    private KernelCheck() {}

    /** @throws UnsupportedKernelException that names the device, the kernel and the layer that needs it */
    static void require(Device device, Graph graph, Pass pass) {
        String last = "its input"; // an operation without parameters is found by the one before it
        for (Operation operation : graph.operations) {
            String parameter = parameter(graph, operation);
            for (Kernel kernel : operation.kernels(pass)) {
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
