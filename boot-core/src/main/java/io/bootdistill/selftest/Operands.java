package io.bootdistill.selftest;

import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import io.bootdistill.device.Weights;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;

/** The operands of a case on a device, as the call asks for them. */
final class Operands {

    static final String PREPARED = "prepared";

    private final int n;
    private final Map<String, Tensor> tensors;
    private final Set<String> usedTensors = new TreeSet<>();
    private final Set<String> usedSlices = new TreeSet<>();

    Operands(int n, Map<String, Tensor> tensors) {
        this.n = n;
        this.tensors = tensors;
    }

    /** The number of samples of this call. */
    int n() {
        return n;
    }

    /** An operand; null where the case has none of that name. */
    @NullUnmarked // the case knows which it has
    Tensor tensor(String name) {
        usedTensors.add(name);
        return tensors.get(name);
    }

    /** An operand; null where the case has none of that name. */
    @NullUnmarked // the case knows which it has
    Slice slice(String name) {
        usedSlices.add(name);
        Tensor tensor = tensors.get(name);
        return tensor == null ? null : tensor.data();
    }

    /** The weights. */
    Weights weights() {
        return new Weights(slice("weights"), slice(PREPARED));
    }

    /** The names of the tensors that calls have asked for and the case has. */
    Set<String> usedTensors() {
        Set<String> names = new TreeSet<>(usedTensors);
        names.retainAll(tensors.keySet());
        return names;
    }

    /** The names of all operands that calls have asked for and the case has. */
    Set<String> used() {
        Set<String> names = new TreeSet<>(usedSlices);
        names.retainAll(tensors.keySet());
        names.addAll(usedTensors());
        return names;
    }

    /** These operands but for one. */
    Operands with(String name, UnaryOperator<Tensor> change) {
        Map<String, Tensor> changed = new HashMap<>(tensors);
        changed.computeIfPresent(name, (key, tensor) -> change.apply(tensor));
        return new Operands(n, changed);
    }
}
