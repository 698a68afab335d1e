package io.bootdistill.internal.pipeline;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.ScalarInputs;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.FolderLayout;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.network.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the format cannot say of a student, in the file that this library alone reads.
 *
 * @param guidance the guidance scales that it was distilled for
 * @param hasTwoTimes whether it is told the time of its input beside that of the signal
 * @param fewSteps how it takes several steps if it denoises; null for one that reads pure noise
 */
public record StudentMarks(GuidanceRange guidance, boolean hasTwoTimes, @Nullable FewSteps fewSteps) {

    private static final String STUDENT = "one_step";
    private static final String GUIDANCE = "guidance";
    private static final String TWO_TIMES = "two_times";
    private static final String FEW_STEPS = "few_steps";

    /** Whether the marks of a folder are a student's. */
    public static boolean isStudent(JsonObject marks) {
        return marks.has(STUDENT);
    }

    /** @throws ModelFormatException if the marks are those of a student that reads pure noise: it does not denoise */
    public static void requireDenoiser(JsonObject marks, Path path) {
        if (isStudent(marks) && !marks.has(FEW_STEPS)) {
            throw new ModelFormatException(path
                    + " holds a student, which makes pictures of pure noise in one step; distil the teacher"
                    + " that it was made from");
        }
    }

    /**
     * Reads the marks of a folder; those of a model that is no student say nothing.
     *
     * @throws ModelFormatException if they are damaged
     */
    public static StudentMarks of(JsonObject marks, Path path) {
        return new StudentMarks(guidance(marks.get(GUIDANCE), path), marks.has(TWO_TIMES), fewSteps(marks.get(FEW_STEPS), path));
    }

    private static GuidanceRange guidance(JsonElement json, Path path) {
        if (json == null) {
            return GuidanceRange.NONE;
        }
        try {
            JsonArray range = json.getAsJsonArray();
            return new GuidanceRange(range.get(0).getAsDouble(), range.get(1).getAsDouble());
        } catch (RuntimeException e) {
            throw new ModelFormatException(
                    path + ": " + GUIDANCE + " is " + Quoted.of(json) + ", must be the smallest and the largest scale", e);
        }
    }

    private static @Nullable FewSteps fewSteps(@Nullable JsonElement json, Path path) {
        if (json == null) {
            return null;
        }
        try {
            return FewSteps.valueOf(json.getAsString());
        } catch (RuntimeException e) {
            throw new ModelFormatException(
                    path + ": " + FEW_STEPS + " is " + Quoted.of(json) + ", must be one of " + Arrays.toString(FewSteps.values()),
                    e);
        }
    }

    /** As they are written. */
    public JsonObject toJson() {
        JsonObject marks = new JsonObject();
        FolderLayout.mark(marks);
        marks.addProperty(STUDENT, true);
        if (hasTwoTimes) {
            marks.addProperty(TWO_TIMES, true);
        }
        if (fewSteps != null) {
            marks.addProperty(FEW_STEPS, fewSteps.name());
        }
        if (!guidance.equals(GuidanceRange.NONE)) {
            JsonArray range = new JsonArray();
            range.add(guidance.least());
            range.add(guidance.most());
            marks.add(GUIDANCE, range);
        }
        return marks;
    }

    /** A network of the format with the inputs that the student has besides. */
    public Network network(Network format) {
        List<String> scalars = new ArrayList<>();
        if (guidance.isWide()) {
            scalars.add(ScalarInputs.GUIDANCE);
        }
        if (hasTwoTimes) {
            scalars.add(ScalarInputs.TARGET_TIME);
        }
        return format.withScalars(scalars);
    }
}
