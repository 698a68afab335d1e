package io.bootdistill.internal.diffusers;

import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How large weights are.
 *
 * @param parameters number of values that can be trained; tables of integers do not count
 * @param bytes of all tensors, as they lie in the files
 * @param types of the parameters
 */
public record ComponentSize(long parameters, long bytes, Set<DType> types) {

    public ComponentSize {
        types = Collections.unmodifiableSet(types);
    }

    /** Reads the headers of weights' files, nothing else. */
    static ComponentSize of(WeightFiles weights) {
        long parameters = 0;
        long bytes = 0;
        Set<DType> types = EnumSet.noneOf(DType.class);
        for (Path path : weights.files()) {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                for (String name : file.names()) {
                    DType type = file.dtype(name);
                    bytes += file.size(name) * type.bytes();
                    if (type.isFloating()) {
                        parameters += file.size(name);
                        types.add(type);
                    }
                }
            }
        }
        return new ComponentSize(parameters, bytes, types);
    }
}
