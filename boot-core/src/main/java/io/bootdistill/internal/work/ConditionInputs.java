package io.bootdistill.internal.work;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Plan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the conditions of samples into the inputs of a plan: given whole, or as rows of a table. For the plan's thread. Where a
 * sample is given one number or one input, no call but the first of each place allocates anything.
 */
public final class ConditionInputs {

    private final Plan plan;
    private final List<ConditionShape.Input> inputs;
    private final @Nullable ConditionTable table;

    /** Which inputs are pictures: guidance leads away from a text, never from what a picture is made of. */
    private final boolean[] images;

    /** Of each sample that is the first of a call, the rows of the inputs from there on, made when first needed. */
    private final Tensor @Nullable [][] places;

    /** @param table null where conditions are given whole */
    public ConditionInputs(Plan plan, ConditionShape shape, @Nullable ConditionTable table) {
        this.plan = plan;
        this.table = table;
        inputs = shape.inputs();
        images = new boolean[inputs.size()];
        for (int i = 0; i < images.length && shape instanceof ConditionShape.Parts parts; i++) {
            ConditionShape.Part part = parts.part(inputs.get(i).name());
            images[i] = part != null && part.shape() instanceof ConditionShape.Image;
        }
        places = new Tensor[plan.block()][];
    }

    /**
     * Writes those of n samples.
     *
     * @param first the sample of the plan that is the first of them
     * @param given [n][floats of the shape], or [n][1 and more] with the rows of the table, and behind them the parts that it has not;
     *     null where the shape is none
     */
    public void write(Kernels kernels, int first, int n, @Nullable Tensor given) {
        write(kernels, first, n, given, given);
    }

    /**
     * Writes null conditions for n samples: all is that of the null label, but pictures and what the table has not, which are the
     * samples' own.
     *
     * @param nullLabels [n][1]
     */
    public void writeNull(Kernels kernels, int first, int n, @Nullable Tensor given, Tensor nullLabels) {
        write(kernels, first, n, nullLabels, given);
    }

    private void write(Kernels kernels, int first, int n, @Nullable Tensor given, @Nullable Tensor own) {
        for (int i = 0; i < inputs.size(); i++) {
            Slice rows = rows(i);
            if (rows != null) {
                Slice numbers = numbers(kernels, first, n, images[i] ? own : given);
                kernels.embeddingForward(n, table.rows(), numbers, rows, null, places(first)[i]);
            }
        }
        int column = table == null ? 0 : 1;
        for (int i = 0; i < inputs.size(); i++) {
            int floats = inputs.get(i).floats();
            if (rows(i) == null) {
                Tensor from = images[i] || table != null ? own : given;
                kernels.affine(n, from.channels() == floats ? from : from.columns(column, floats), 1, 0, null, places(first)[i]);
                column += floats;
            }
        }
    }

    /** The rows of an input that the table has; null for another. */
    private @Nullable Slice rows(int input) {
        return table == null ? null : table.part(inputs.get(input).name());
    }

    /** The numbers of rows, one after another: where samples carry more, in the place of an input that is written afterwards. */
    private Slice numbers(Kernels kernels, int first, int n, Tensor given) {
        if (given.channels() == 1) {
            return given.data();
        }
        int later = 0;
        while (rows(later) != null) {
            later++;
        }
        Slice numbers = places(first)[later].data().slice(0, n);
        kernels.affine(n, given.columns(0, 1), 1, 0, null, Tensor.of(numbers, 1));
        return numbers;
    }

    private Tensor[] places(int first) {
        Tensor[] found = places[first];
        if (found == null) {
            found = new Tensor[inputs.size()];
            for (int i = 0; i < found.length; i++) {
                Slice whole = plan.input(inputs.get(i).name()).data();
                int floats = inputs.get(i).floats();
                found[i] = Tensor.of(whole.slice((long) first * floats, (long) (plan.block() - first) * floats), floats);
            }
            places[first] = found;
        }
        return found;
    }
}
