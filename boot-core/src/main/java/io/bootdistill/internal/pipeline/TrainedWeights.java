package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Slice;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.Component;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.diffusers.PipelineExport;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.diffusers.WeightsManifest;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The components of a pipeline whose weights a training changes: none in one that is not trained. */
public final class TrainedWeights {

    private final PipelineFolder folder;
    private final Map<String, Model> models;

    /** @param models by the names of their components, whose they stay */
    TrainedWeights(PipelineFolder folder, Map<String, Model> models) {
        this.folder = folder;
        this.models = Map.copyOf(models);
    }

    /** The weights as they are. */
    public Collection<Model> models() {
        return models.values();
    }

    /**
     * Takes over weights, while nothing is drawn.
     *
     * @param source has all of them, by their names
     * @param values laid out like its own
     */
    public void load(Model source, Slice values) {
        try (ParameterReader reader = source.reader()) {
            models.values().forEach(model -> model.load((parameter, first, into) ->
                    reader.read(values, source.graph().layout().find(parameter.name()), first, into)));
        }
    }

    /** Writes the pipeline's folder with these weights; all else byte by byte as it was. */
    public void write(Path target) throws IOException {
        PipelineExport export = new PipelineExport(folder);
        try (Scope open = new Scope()) {
            models.forEach((name, model) -> export.weights(name, writer(folder.component(name), model, open)));
            export.write(target);
        }
    }

    /** In the order and under the names of those that were read. Whole numbers that no model uses are left out: positions. */
    private static SafetensorsWriter writer(Component component, Model model, Scope open) {
        ModelWeights read = open.own(component.openWeights());
        ParameterReader reader = open.own(model.reader());
        List<WeightsManifest.Tensor> tensors = new ArrayList<>();
        Set<String> unused = new LinkedHashSet<>(read.names());
        for (Parameter parameter : model.graph().layout().all()) {
            unused.remove(parameter.name());
            tensors.add(new WeightsManifest.Tensor(
                    parameter.name(), parameter.shape(), (first, into) -> reader.read(parameter, first, into)));
        }
        unused.removeIf(name -> !read.dtype(name).isFloating());
        unused.forEach(name -> tensors.add(
                new WeightsManifest.Tensor(name, read.shape(name), (first, into) -> read.read(name, first, into))));
        return read.manifest().writer(tensors);
    }
}
