package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.internal.pipeline.SmallerMark;
import io.bootdistill.internal.pipeline.StudentMarks;
import io.bootdistill.internal.work.ModelLoading;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The network in a model folder of a teacher or a student, and the marks beside it by which they are told apart. */
record NetworkFolder(DiffusersFolder folder) {

    /** Marked students of version 0.1.0 in the network's own configuration. */
    private static final String OLD_MARK = "boot_one_step";

    private static final Logger LOG = LoggerFactory.getLogger(NetworkFolder.class);

    static NetworkFolder open(Path path) {
        DiffusersFolder folder = DiffusersFolder.open(path);
        if (folder.networkConfig().has(OLD_MARK)) {
            FolderLayout.require(folder.marks(), path.toString());
        }
        return new NetworkFolder(folder);
    }

    boolean isStudent() {
        return StudentMarks.isStudent(folder.marks());
    }

    /** What the format cannot say of a student. */
    StudentMarks marks() {
        return StudentMarks.of(folder.marks(), folder.path());
    }

    /** The network as the format says, without further inputs of a student's. */
    UNet network() {
        return SmallerMark.network(ofFormat(), folder.marks(), folder.path());
    }

    private UNet ofFormat() {
        String source = folder.path() + " config.json";
        String json = folder.networkConfig().toString();
        UNet network = new UNet(UNetConfig.parse(json, source));
        Set<String> unknown = UNetConfig.unknownKeys(json, source);
        if (!unknown.isEmpty()) {
            LOG.warn("{} has keys without a meaning here: {}", source, Quoted.names(unknown));
        }
        return network;
    }

    private Graph graph(UNet network) {
        try {
            return Graph.of(network);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(folder.path() + " config.json: " + e.getMessage(), e);
        }
    }

    /** The weights, for inference. */
    Model model(UNet network, Device device) {
        try (ModelWeights weights = folder.openWeights()) {
            Graph graph = graph(network);
            graph.layout().all().forEach(parameter -> weights.requireShape(parameter.name(), parameter.shape()));
            Model model = new Model(graph, device, false);
            try {
                ModelLoading.load(model, (parameter, first, into) -> weights.readFinite(parameter.name(), first, into));
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
            if (!weights.unreadNames().isEmpty()) {
                LOG.warn("{} holds {} tensors that the network does not use: {}", folder.path(), weights.unreadNames().size(),
                        Quoted.names(weights.unreadNames()));
            }
            return model;
        }
    }
}
