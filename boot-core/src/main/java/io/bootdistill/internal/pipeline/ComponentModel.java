package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.work.ModelLoading;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;

/**
 * The weights of a component, as a network for inference needs them. They are looked for when this is made, by the headers of
 * their files alone: all components of a pipeline are checked before anything large of one is read. Immutable.
 */
final class ComponentModel {

    private final Component component;
    private final Graph graph;

    /** @throws ModelFormatException if a tensor is missing or of another shape, or the network too large */
    ComponentModel(Component component, Network network) {
        this.component = component;
        this.graph = graph(component, network);
        open().close();
    }

    /** @throws ModelFormatException if the configuration is that of a network that is too large */
    static Graph graph(Component component, Network network) {
        try {
            return Graph.of(network);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(component.folder().resolve("config.json") + ": " + e.getMessage(), e);
        }
    }

    private ModelWeights open() {
        ModelWeights weights = component.openWeights();
        try {
            for (Parameter parameter : graph.layout().all()) {
                weights.requireShape(parameter.name(), parameter.shape());
            }
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
        return weights;
    }

    /**
     * Reads the weights onto a device.
     *
     * @throws ModelFormatException if a value is not finite, naming the tensor and its file
     */
    Model read(Device device) {
        try (ModelWeights weights = open()) {
            Model model = new Model(graph, device, false);
            try {
                ModelLoading.load(model, (parameter, first, into) -> weights.readFinite(parameter.name(), first, into));
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
            return model;
        }
    }
}
