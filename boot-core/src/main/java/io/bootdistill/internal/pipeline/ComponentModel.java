package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.work.ModelLoading;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;
import java.util.Set;
import java.util.function.BiFunction;

/** Reads the weights of a component onto a device. */
final class ComponentModel {

    private ComponentModel() {}

    /** For inference, by the parameters' own names. */
    static Model read(Component component, Network network, Device device) {
        return read(component, network, device, (name, stored) -> name);
    }

    /**
     * For inference. All shapes are compared before anything large is read.
     *
     * @param naming the name of a parameter in a file, given those in the file
     * @throws io.bootdistill.error.ModelFormatException if a tensor is missing, of another shape, or not finite
     */
    static Model read(
            Component component, Network network, Device device, BiFunction<String, Set<String>, String> naming) {
        Graph graph = Graph.of(network);
        try (ModelWeights weights = component.openWeights()) {
            for (Parameter parameter : graph.layout().all()) {
                weights.requireShape(naming.apply(parameter.name(), weights.names()), parameter.shape());
            }
            Model model = new Model(graph, device, false);
            try {
                ModelLoading.load(model, (parameter, first, into) ->
                        weights.readFinite(naming.apply(parameter.name(), weights.names()), first, into));
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
            return model;
        }
    }
}
