package io.bootdistill;

import io.bootdistill.config.TeacherTrainingConfig;

/**
 * Follows the training of a teacher. Called on the thread that called {@code train}, between steps. An exception is logged, and
 * the run goes on.
 */
public interface TeacherTrainingListener {

    /** Before a run with captions: so many of its images have been encoded. */
    default void preparing(int done, int count) {}

    /** The run begins, or goes on: the configuration is final. */
    default void started(TeacherTrainingConfig config, long firstStep) {}

    /** A report is due. */
    default void progress(Progress progress) {}

    /**
     * The teacher with the averaged weights, as a checkpoint has it; only to be used within the call.
     *
     * @param step steps done
     */
    default void checkpoint(long step, Teacher teacher) throws java.io.IOException {}

    /** Whether to stop now; asked after each step. A run with a folder writes a checkpoint first. */
    default boolean shouldStop() {
        return false;
    }
}
