package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.config.TeacherTrainingConfig.Builder;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.UpdateRule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeacherTrainingConfigTest extends ConfigContract<TeacherTrainingValues, TeacherTrainingConfig> {

    @Override
    List<TeacherTrainingValues> bases() {
        TeacherTrainingConfig c = TeacherTrainingConfig.builder().build();
        return List.of(new TeacherTrainingValues(
                c.length(), c.work(), c.seed(), c.optimiser(), c.nullLabel(), c.nullProbability(), c.pictures(), c.output()));
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
        assertEquals(64, config.pictures());
        assertEquals(new Output(null, 3_200, 32_000), config.output());
        assertEquals(8_000, config.steps());
    }
}
