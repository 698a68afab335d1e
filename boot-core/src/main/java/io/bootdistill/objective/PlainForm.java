package io.bootdistill.objective;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.lesson.RowTable.Column;
import io.bootdistill.lesson.Worker;
import org.jspecify.annotations.Nullable;

/** A student that reads pure noise and one time. */
final class PlainForm implements StudentForm {

    private final int pixels;

    PlainForm(int pixels) {
        this.pixels = pixels;
    }

    @Override
    public @Nullable Column start() {
        return null;
    }

    @Override
    public void set(int row, double t, double s) {}

    @Override
    public void open(Block[] blocks) {}

    @Override
    public Tensor input(Worker worker, Tensor noise) {
        return noise;
    }

    @Override
    public void begin(Worker worker, Block block, Tensor noise) {}

    @Override
    public void signal(Worker worker, Block block, Tensor noise, Tensor output, Tensor y, Tensor x) {
        worker.kernels().signalState(block.bootstrap(), pixels, block.coefficients(), noise, output, y, x);
    }

    @Override
    public Slice head(Block block) {
        return block.coefficients();
    }

    @Override
    public void subtract(Worker worker, Block block, Tensor target) {}

    @Override
    public void close() {}
}
