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
     * @param given [n][floats of the shape], or [n][1] with the rows of the table; null where the shape is none
     */
    public void write(Kernels kernels, int first, int n, @Nullable Tensor given) {
        write(kernels, first, n, given, given);
    }

    /**
     * Writes null conditions for n samples: all is that of the null label, but pictures, which are the samples' own.
     *
     * @param nullLabels [n][1]
     */
    public void writeNull(Kernels kernels, int first, int n, @Nullable Tensor given, Tensor nullLabels) {
        write(kernels, first, n, nullLabels, given);
    }

    private void write(Kernels kernels, int first, int n, @Nullable Tensor given, @Nullable Tensor pictures) {
        int column = 0;
        for (int i = 0; i < inputs.size(); i++) {
            int floats = inputs.get(i).floats();
            Tensor place = places(first)[i];
            Tensor own = images[i] ? pictures : given;
            if (table != null) {
                kernels.embeddingForward(n, table.rows(), own.data(), table.part(i), null, place);
            } else {
                kernels.affine(n, inputs.size() == 1 ? own : own.columns(column, floats), 1, 0, null, place);
            }
            column += floats;
        }
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
