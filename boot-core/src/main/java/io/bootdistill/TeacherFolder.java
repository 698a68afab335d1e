package io.bootdistill;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.diffusers.WeightsManifest;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.pipeline.SmallerMark;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.UNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder that a teacher of pixels was read from, and how its weights lay in their files. */
record TeacherFolder(DiffusersFolder folder, WeightsManifest weights) {

    private static final Logger LOG = LoggerFactory.getLogger(TeacherFolder.class);

    /** Refuses a student's. */
    static TeacherFolder of(NetworkFolder reader) {
        DiffusersFolder folder = reader.folder();
        if (reader.marks().guidance().isWide()) {
            throw new ModelFormatException(folder.path() + " holds a student that is told the guidance scale; use Student.load");
        }
        folder.requirePixels();
        if (!folder.others().isEmpty()) {
            LOG.warn("{} holds other networks beside the one that is read: {}; rename the one that is meant unet",
                    folder.path(), Quoted.names(folder.others()));
        }
        if (reader.marks().hasTwoTimes()) {
            throw new ModelFormatException(folder.path() + " holds a student that is told two times; use Student.load");
        }
        Set<String> unknown = folder.scheduler().unknownKeys();
        if (!unknown.isEmpty()) {
            LOG.warn("{} scheduler_config.json has keys without a meaning here: {}", folder.path(),
                    Quoted.names(unknown));
        }
        return new TeacherFolder(folder, folder.manifest());
    }

    /** The label that stands for no class; −1 where there is none. */
    int nullLabel(UNet network) {
        int label = folder.nullClass().orElse(-1);
        if (network.condition() instanceof ConditionShape.Label labels && label >= labels.count()) {
            throw new ModelFormatException(folder.path() + ": null_class in model_index.json is " + label
                    + ", must be a label 0 … " + (labels.count() - 1));
        }
        return label;
    }

    /** Writes weights as those of the folder lay, beside its configurations. */
    void write(Path target, Model model) throws IOException {
        try (ParameterReader reader = model.reader()) {
            folder.write(target, weights.writer(tensors(model, reader)));
        }
    }

    /** Writes a teacher that was never read. */
    static void write(Path target, UNet network, SchedulerConfig scheduler, int nullLabel, Model model) throws IOException {
        OptionalInt nullClass = nullLabel < 0 ? OptionalInt.empty() : OptionalInt.of(nullLabel);
        JsonObject marks = new JsonObject();
        SmallerMark.add(marks, network);
        try (ParameterReader reader = model.reader()) {
            DiffusersFolder.write(target, Json.parse(network.config().toJson(), "network"),
                    Json.parse(scheduler.toJson(), "scheduler"), marks, nullClass,
                    WeightsManifest.none().writer(tensors(model, reader)));
        }
    }

    private static List<WeightsManifest.Tensor> tensors(Model model, ParameterReader reader) {
        List<WeightsManifest.Tensor> tensors = new ArrayList<>();
        for (Parameter parameter : model.graph().layout().all()) {
            tensors.add(new WeightsManifest.Tensor(
                    parameter.name(), parameter.shape(), (first, into) -> reader.read(parameter, first, into)));
        }
        return tensors;
    }
}
