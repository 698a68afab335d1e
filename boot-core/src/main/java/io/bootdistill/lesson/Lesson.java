package io.bootdistill.lesson;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.network.Gradients;
import java.util.List;
import java.util.Map;

/**
 * What a network is taught in a part of a training step: it draws the step's samples, takes their blocks to a gradient, and
 * says how large the loss was. A run is a list of lessons, each with its steps; a trainer runs those of a step together, adds
 * their gradients, and updates the network.
 *
 * <p>A step calls, in this order: {@link #draw} of all lessons; {@link #solve} of all blocks; {@link #between}; {@link #learn}
 * of all blocks; {@link #update}; {@link #end}; {@link #losses}. Blocks are shared among workers, so that a method with a worker
 * runs on several threads at once, each with another worker and another block; all others run on one thread. What a block
 * computes must not depend on the worker, nor on other blocks.
 *
 * <p>Nothing here allocates memory once the lesson is made. What {@code solve}, {@code learn} and {@code update} call is
 * recorded and replayed where {@link #solvesOnDevice} and {@link #staysOnDevice} allow it: then they make the same calls each
 * time, and transfer nothing.
 */
public interface Lesson extends AutoCloseable {

    /** Blocks of samples of a step; block b adds to the gradient lane b mod the number of lanes. */
    int blocks();

    /** Draws the samples of a step, a function of (seed, step), and brings their numbers to the device. */
    void draw(long step, Kernels kernels);

    /** Whether {@link #solve} and {@link #between} have something to do. */
    default boolean solves() {
        return false;
    }

    /** Solves what the samples of a block need to learn from, for this step and others to come. */
    default void solve(Worker worker, int block) {}

    /** Moves what was solved to where {@link #learn} reads it: calls that depend on what was drawn. */
    default void between(Kernels kernels) {}

    /** Takes a block to the gradient of its loss. */
    void learn(Worker worker, int block, Gradients lane, boolean accumulate);

    /** Updates networks of the lesson's own, after that of the run. */
    default void update() {}

    /** The step is done. */
    default void end() {}

    /** The losses of the step: waits for the device. */
    Losses losses(Kernels kernels);

    /** Whether {@link #solve} makes the same calls for a block each time, and transfers nothing. */
    default boolean solvesOnDevice() {
        return true;
    }

    /** Whether {@link #learn} and {@link #update} make the same calls each time, and transfer nothing. */
    default boolean staysOnDevice() {
        return true;
    }

    /** Steps at which it begins to make other calls than before, such as another number of them. */
    default List<Long> stages() {
        return List.of();
    }

    /**
     * Steps at which another round begins, among its {@link #stages}: there the average of the weights takes the place of the
     * weights, and of the average that makes targets, and the optimiser starts again.
     */
    default List<Long> rounds() {
        return List.of();
    }

    /**
     * A round of its {@link #rounds} begins.
     *
     * @param average weights of the run's network at the end of the round before, laid out as its parameters
     */
    default void beginRound(Kernels kernels, Slice average) {}

    /**
     * Steps before one whose solutions it uses: a run that goes on draws and solves them again. 0 where they are part of
     * {@link #state}.
     */
    default long history(long step) {
        return 0;
    }

    /** What changes from step to step besides the run's network, by names for the checkpoint. */
    default Map<String, Slice> state() {
        return Map.of();
    }

    /** The state has been read from a checkpoint. */
    default void restored() {}

    /** Frees what the lesson owns. */
    @Override
    void close();
}
