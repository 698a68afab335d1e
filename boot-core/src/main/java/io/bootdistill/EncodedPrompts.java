package io.bootdistill;

import io.bootdistill.diffusion.ConditionSource.Prompts;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.pipeline.Enlargement;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A teacher with a table of the prompts of a run: those it is given, and what guidance leads away from. */
final class EncodedPrompts {

    /** Rows besides the prompts. */
    private static final int AWAY = 2;

    private EncodedPrompts() {}

    /** Rows of the table; 0 where there are no prompts. */
    static int rows(@Nullable ConditionSource source) {
        return source instanceof Prompts prompts ? prompts.all().size() + AWAY : 0;
    }

    /** Refuses prompts for a teacher that reads none, and that there are none for one that does. */
    static void require(@Nullable ConditionSource source, @Nullable Pipeline pipeline, TeacherModel teacher) {
        boolean reads = pipeline != null && pipeline.readsPrompts();
        if (!(source instanceof Prompts prompts)) {
            Checks.that(!reads, "conditions", source, "ConditionSource.prompts(…): this teacher reads prompts");
            return;
        }
        Checks.that(reads, "conditions", "prompts", "labels, or left out: this teacher reads no prompts");
        long most = ConditionTable.mostRows(shape(teacher)) - AWAY;
        Checks.that(prompts.all().size() <= most, "the number of prompts", prompts.all().size(), "at most " + most
                + ": what the encoders make of them lies in memory");
    }

    /** What is given to a run, once it is required. */
    static TeacherModel of(Prompts prompts, Pipeline pipeline, TeacherModel teacher, Scope scope) {
        List<String> away = prompts.negative().isEmpty() ? List.of("") : List.of("", prompts.negative());
        return teacher.withConditions(
                scope.own(pipeline.conditions(prompts.all(), away, pipeline.picture(teacher.shape()))));
    }

    /** Prompts in place of others, to see what fits a teacher: that depends neither on their number nor on what they say. */
    static Prompts inPlaceOf(Prompts prompts) {
        return ConditionSource.prompts(List.of("")).withNegative(prompts.negative());
    }

    /** The teacher with a table of them that nothing is written to. */
    static TeacherModel blank(Prompts prompts, TeacherModel teacher, Scope scope) {
        return teacher.withConditions(scope.own(new ConditionTable(shape(teacher), rows(prompts), teacher.device())));
    }

    private static ConditionShape shape(TeacherModel teacher) {
        return Enlargement.without((Parts) teacher.condition());
    }
}
