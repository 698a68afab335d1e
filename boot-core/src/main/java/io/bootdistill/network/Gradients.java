package io.bootdistill.network;

import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Slice;
import org.jspecify.annotations.Nullable;

/** Gradients of all trained parameters in one flat buffer that is laid out like the parameters. */
public final class Gradients implements AutoCloseable {

    private final DeviceMemory memory;
    private final Slice flat;
    final @Nullable Slice[][] slices;

    public Gradients(Model model) {
        Graph graph = model.graph();
        memory = model.device().allocate(Math.max(1, graph.layout().length()));
        flat = memory.slice(0, graph.layout().length());
        slices = new @Nullable Slice[graph.operations.size()][];
        for (int i = 0; i < slices.length; i++) {
            Operation.Block[] blocks = graph.operations.get(i).blocks;
            slices[i] = new @Nullable Slice[blocks.length];
            for (int k = 0; k < blocks.length; k++) {
                if (blocks[k].isTrained()) {
                    slices[i][k] = memory.slice(blocks[k].offset(), blocks[k].length());
                }
            }
        }
    }

    /** All of them. */
    public Slice flat() {
        return flat;
    }

    @Override
    public void close() {
        memory.close();
    }
}
