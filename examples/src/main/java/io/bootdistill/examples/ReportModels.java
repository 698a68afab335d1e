package io.bootdistill.examples;

import io.bootdistill.Sampler;
import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.config.DistillationConfig;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.examples.extractor.PromptFaithfulness;
import io.bootdistill.examples.ruler.HeldOutSamples.Generator;
import io.bootdistill.network.ImageShape;
import java.util.Arrays;
import java.util.List;

/** A run's teacher and student, as a report draws with them: noises are of the rows in turn. */
interface ReportModels {

    /** The shape of a picture. */
    ImageShape picture();

    /** Names of the rows: classes or prompts; none where there is nothing to choose. */
    List<String> rows();

    /** What stands for the rows, in a generator's labels. */
    int[] labels();

    /** Network calls of a teacher's picture. */
    int calls(int steps);

    /** The teacher that the student is compared with, in so many steps. */
    Generator teacher(int steps);

    Generator student();

    /**
     * What the pictures of the rows in turn show of their prompts; null where nothing knows.
     *
     * @param samples [n][channels][height][width], clamped
     */
    PromptFaithfulness shown(float[] samples);

    /** Those of images, drawn without more. */
    static ReportModels ofImages(Teacher teacher, Student student, DistillationConfig config, Guidance guidance) {
        int[] labels = Labels.real(teacher.condition(), student.nullLabel());
        return new ReportModels() {
            @Override
            public ImageShape picture() {
                return teacher.shape();
            }

            @Override
            public List<String> rows() {
                return Arrays.stream(labels).mapToObj(label -> "class " + label).toList();
            }

            @Override
            public int[] labels() {
                return labels;
            }

            @Override
            public int calls(int steps) {
                return sampler(steps).evaluations() * (guidance == null ? 1 : 2);
            }

            @Override
            public Generator teacher(int steps) {
                return sampler(steps)::sample;
            }

            private Sampler sampler(int steps) {
                Sampler unlimited = Sampler.reference(teacher, steps).withGuidance(guidance);
                return config.clip().isOfScheduler()
                        ? unlimited.withSchedulerLimits() : unlimited.withClip(config.clip().or(0));
            }

            @Override
            public Generator student() {
                return student::sample;
            }

            @Override
            public PromptFaithfulness shown(float[] samples) {
                return null;
            }
        };
    }
}
