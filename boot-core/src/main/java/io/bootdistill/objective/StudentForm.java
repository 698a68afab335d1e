package io.bootdistill.objective;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.Worker;
import org.jspecify.annotations.Nullable;

/**
 * What a student reads, and how its output becomes its signal. The plain form reads pure noise: y = a ε + b F. Others add a part
 * that is not the output's, which is added to the signals that make a target, and subtracted from the target again, so that what
 * is left is for the output to learn.
 */
interface StudentForm extends AutoCloseable {

    /** Times of the inputs, where students have two; else null. */
    @Nullable Column start();

    /** Sets the numbers of a row that leads from t to s, after those of its step. */
    void set(int row, double t, double s);

    /** The columns are open. */
    void open(Block[] blocks);

    /** What the student of a worker reads; valid after {@link #begin}. */
    Tensor input(Worker worker, Tensor noise);

    /** Makes ready for a block whose noise is there. */
    void begin(Worker worker, Block block, Tensor noise);

    /** Signals y and states x of the samples that bootstrap, from the student's output at t. */
    void signal(Worker worker, Block block, Tensor noise, Tensor output, Tensor y, Tensor x);

    /** The head of the samples at s. */
    Slice head(Block block);

    /** Subtracts from the targets what is not the output's. */
    void subtract(Worker worker, Block block, Tensor target);

    @Override
    void close();
}
