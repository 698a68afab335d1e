package io.bootdistill.cuda.cudnn;

import static io.bootdistill.cuda.cudnn.Cudnn.requireOk;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DETERMINISTIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;

import org.bytedeco.javacpp.SizeTPointer;

/** One of the three passes of a convolution, with the algorithm that cuDNN expects to be the fastest deterministic one. */
public abstract class Pass implements AutoCloseable {

    final Convolution convolution;
    private final SizeTPointer bytes = new SizeTPointer(1);
    private final Address first = new Address();
    private final Address second = new Address();
    private final Address result = new Address();
    private final Address workspace = new Address();
    private int algorithm = -1;

    Pass(Convolution convolution) {
        this.convolution = convolution;
    }

    /** Bytes of device memory for intermediate results. */
    public final long workspaceBytes() {
        return bytes.get();
    }

    /**
     * Calls cuDNN, which returns before the result is there.
     *
     * @param first addresses of the operands, in the order of {@link Convolution}
     * @param workspace of {@link #workspaceBytes()}
     * @throws IllegalStateException if cuDNN refuses or fails
     */
    public final void run(long first, long second, long result, long workspace) {
        requireOk(name(), call(algorithm, this.first.to(first), this.second.to(second), this.result.to(result),
                this.workspace.to(workspace), bytes.get()));
    }

    /** Takes the first of cuDNN's proposals that works and is deterministic; the fastest comes first. */
    final void propose(int proposed, int status, int determinism) {
        boolean usable = algorithm < 0 && status == CUDNN_STATUS_SUCCESS && determinism == CUDNN_DETERMINISTIC;
        if (usable && workspace(proposed, bytes) == CUDNN_STATUS_SUCCESS) {
            algorithm = proposed;
        }
    }

    final void requireAlgorithm() {
        if (algorithm < 0) {
            throw new IllegalStateException(name() + " has no deterministic algorithm for this convolution");
        }
    }

    /** Asks cuDNN for its proposals. */
    abstract void choose();

    /** cuDNN's name of the call. */
    abstract String name();

    /** The status of asking for the bytes of the workspace. */
    abstract int workspace(int proposed, SizeTPointer size);

    /** The status of the call. */
    abstract int call(int chosen, Address a, Address b, Address c, Address space, long spaceBytes);

    @Override
    public final void close() {
        bytes.close();
    }
}
