package io.bootdistill.cuda.cudnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroy;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;

import io.bootdistill.device.Conv;
import io.bootdistill.internal.device.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;

/**
 * cuDNN, whose calls go into the stream that was named last. The first use of a shape chooses its algorithms, later ones
 * allocate nothing. Serves one thread at a time.
 *
 * <p>Creating one loads the library: a {@link LinkageError} says that it, or the presets, are missing.
 */
public final class Cudnn implements AutoCloseable {

    private final cudnnContext handle = new cudnnContext();
    private final Stream stream = new Stream();
    private final boolean tf32;
    private final Scope scope = new Scope();
    private final Map<Conv, List<Convolution>> shapes = new HashMap<>();

    /**
     * Opens cuDNN on the current device.
     *
     * @param stream a {@code cudaStream_t}: see {@link #use}
     * @param tf32 whether products may round their factors to tf32
     * @throws IllegalStateException if cuDNN does not work here
     */
    public Cudnn(long stream, boolean tf32) {
        this.tf32 = tf32;
        requireOk("cudnnCreate", cudnnCreate(handle));
        scope.own(() -> requireOk("cudnnDestroy", cudnnDestroy(handle)));
        try {
            use(stream);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** Has the next calls go into a stream: a context that captures has another, and what went elsewhere is not recorded. */
    public void use(long stream) {
        requireOk("cudnnSetStream", cudnnSetStream(handle, this.stream.to(stream)));
    }

    /** Whether cuDNN has such a convolution: it pads all sides alike and does not enlarge its input. */
    public static boolean supports(Conv conv) {
        return conv.padding() == 1 && conv.upsample() == 1;
    }

    /** The convolution of n images. It belongs to this object. */
    public Convolution convolution(int n, Conv conv) {
        List<Convolution> sizes = shapes.get(conv);
        if (sizes == null) {
            sizes = new ArrayList<>();
            shapes.put(conv, sizes);
        }
        for (int i = 0; i < sizes.size(); i++) {
            if (sizes.get(i).samples() == n) {
                return sizes.get(i);
            }
        }
        Convolution added = scope.own(new Convolution(handle, n, conv, tf32));
        sizes.add(added);
        return added;
    }

    /** @throws IllegalStateException with cuDNN's name for the status, unless it is success */
    static void requireOk(String call, int status) {
        if (status != CUDNN_STATUS_SUCCESS) {
            throw new IllegalStateException(call + " failed: " + cudnnGetErrorString(status).getString());
        }
    }

    @Override
    public void close() {
        scope.close();
    }

    /** A stream as the presets take it: one object for many calls, owner of nothing. */
    private static final class Stream extends CUstream_st {

        Stream to(long to) {
            address = to;
            return this;
        }
    }
}
