package io.bootdistill.internal.pipeline;

import com.google.gson.JsonElement;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.PipelineClass;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Path;

/**
 * How a latent consistency model steps (arXiv 2310.04378), as its scheduler's configuration has it.
 *
 * @param times how many of its times it was distilled on, at least 1
 * @param scaling the scale of the time in its boundary condition, at least 1
 */
public record ConsistencySteps(int times, double scaling) {

    /** @throws ModelFormatException if the configuration has another value than a number of at least 1 */
    static ConsistencySteps of(PipelineFolder folder) {
        Path file = folder.component(PipelineClass.SCHEDULER).folder().resolve("scheduler_config.json");
        return new ConsistencySteps(
                number(file, "original_inference_steps", 50).intValue(), number(file, "timestep_scaling", 10).doubleValue());
    }

    private static Number number(Path file, String key, Number byDefault) {
        JsonElement value = Json.read(file).get(key);
        if (value == null || value.isJsonNull()) {
            return byDefault;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber() || !(value.getAsDouble() >= 1)) {
            throw new ModelFormatException(file + ": " + key + " is " + Quoted.of(value) + ", must be a number of at least 1");
        }
        return value.getAsNumber();
    }
}
