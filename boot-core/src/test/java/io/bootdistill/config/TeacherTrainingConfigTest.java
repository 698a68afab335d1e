package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.config.TeacherTrainingConfig.Builder;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.UpdateRule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class TeacherTrainingConfigTest extends ConfigContract<TeacherTrainingValues, TeacherTrainingConfig> {

    @Override
    List<TeacherTrainingValues> bases() {
        TeacherTrainingConfig c = TeacherTrainingConfig.builder().build();
        return List.of(new TeacherTrainingValues(
                c.length(), c.work(), c.seed(), c.optimiser(), c.nullLabel(), c.nullProbability(), c.textEncoder(), c.pictures(),
                c.output()));
    }

    @Override
    TeacherTrainingConfig build(TeacherTrainingValues values) {
        values.check();
        Builder builder = TeacherTrainingConfig.builder();
        set(builder, values);
        return builder.build();
    }

    @Override
    TeacherTrainingConfig rebuilt(TeacherTrainingConfig config) {
        return config.toBuilder().build();
    }

    @Override
    String json(TeacherTrainingConfig config) {
        return config.toJson();
    }

    @Override
    TeacherTrainingConfig read(Path file) {
        return TeacherTrainingConfig.read(file);
    }

    @Test
    void defaults() {
        TeacherTrainingConfig config = TeacherTrainingConfig.builder().build();
        assertEquals(Length.images(512_000), config.length());
        assertEquals(Work.defaults(), config.work());
        assertEquals(new OptimiserConfig(UpdateRule.ADAM, 1e-3, 6_400, 0, 0.9, 0.99, 1, 10_000), config.optimiser());
        assertEquals(-1, config.nullLabel());
        assertEquals(0.1, config.nullProbability());
        assertEquals(TextEncoderMode.FROZEN, config.textEncoder());
        assertEquals(64, config.pictures());
        assertEquals(new Output(null, 3_200, 32_000), config.output());
        assertEquals(8_000, config.steps());
    }

    @Test
    void ranges() {
        assertRanges(Map.ofEntries(
                range("length.images", at(1, 64), beyond(0)),
                range("work.batch", at(1, 65_536), beyond(0, 65_537)),
                range("work.block", at(0, 4_096), beyond(-1, 4_097)),
                range("work.lanes", at(0, 256), beyond(-1, 257)),
                range("work.workers", at(1, 65_536), beyond(0, 65_537)),
                range("optimiser.rate", at(TINY, 1), beyond(0, OVER_ONE)),
                range("optimiser.warmupImages", at(0), beyond(-1)),
                range("optimiser.decay", at(0), beyond(-TINY, INFINITY)),
                range("optimiser.beta1", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("optimiser.beta2", at(0, UNDER_ONE), beyond(-TINY, 1)),
                range("optimiser.clip", at(0), beyond(-TINY, INFINITY)),
                range("optimiser.emaHalfLife", at(0), beyond(-TINY, INFINITY)),
                range("nullLabel", at(-1, 9), beyond(-2)),
                range("nullProbability", at(0, 1), beyond(-TINY, OVER_ONE)),
                range("pictures", at(0, 4_096), beyond(-1, 4_097)),
                range("output.reportImages", at(1), beyond(0)),
                range("output.checkpointImages", at(1), beyond(0))));
    }
}
