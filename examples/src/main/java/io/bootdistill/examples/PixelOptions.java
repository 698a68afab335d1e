package io.bootdistill.examples;

import io.bootdistill.format.BetaSchedule;
import io.bootdistill.format.PredictionType;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.network.ClassEmbedType;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a new teacher of pixels is made of. */
final class PixelOptions {

    @Option(names = "--prediction", paramLabel = "P",
            description = "What the network predicts: epsilon, v_prediction or sample. Default: v_prediction.")
    private PredictionType prediction;

    @Option(names = "--schedule", paramLabel = "S",
            description = "How noise is added: linear, scaled_linear or squaredcos_cap_v2. Default: squaredcos_cap_v2.")
    private BetaSchedule schedule;

    @Option(names = "--channels", paramLabel = "C", split = ",",
            description = "Channels of each level of the U-Net, multiples of 8; each level but the last halves the image."
                    + " Default: 32,64,64.")
    private List<Integer> channels;

    @Option(names = "--layers", paramLabel = "L", description = "Residual blocks of a level. Default: 1.")
    private Integer layers;

    @Option(names = "--upscale-from", paramLabel = "N",
            description = "Trains a teacher that enlarges pictures of N rows to the size of the images, without classes: what draws"
                    + " those comes before it. The size of the images is a whole multiple of theirs.")
    private Integer upscaleFrom;

    @Option(names = "--frame", paramLabel = "N",
            description = "A black frame of so many pixels around images of IDX files: 2 make 32x32 of 28x28. Default: 0.")
    private Integer frame;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** @param pipeline whether a pipeline is trained, which has all that itself */
    void require(boolean pipeline) {
        String given = given();
        if (pipeline && given != null) {
            throw new ParameterException(spec.commandLine(), given + " cannot be given with --from: the pipeline has its own");
        }
        Arguments.require(spec, layers == null || layers >= 1 && layers <= 64, "--layers", layers, "1 … 64");
        Arguments.require(spec, channels == null || channels.stream().allMatch(c -> c >= 8 && c <= 4096 && c % 8 == 0),
                "--channels", channels, "multiples of 8, at most 4,096");
    }

    /** An option that was given; null for none. */
    private String given() {
        return prediction != null ? "--prediction" : schedule != null ? "--schedule" : channels != null ? "--channels"
                : layers != null ? "--layers" : upscaleFrom != null ? "--upscale-from" : frame != null ? "--frame" : null;
    }

    /** Rows of the pictures that are enlarged; null for a teacher that draws of noise alone. */
    Integer upscaleFrom() {
        return upscaleFrom;
    }

    int frame() {
        Arguments.require(spec, frame == null || frame >= 0 && frame <= 1024, "--frame", frame, "0 … 1,024");
        return frame == null ? 0 : frame;
    }

    UNet network(TrainingImages training) {
        ImageShape shape = training.source().shape();
        UNetConfig config = UNetConfig.of(shape, channels == null ? List.of(32, 64, 64) : channels, layers == null ? 1 : layers,
                training.classes() > 0 ? training.classes() + 1 : 0);
        return training.small() == null ? new UNet(config) : new UNet(config.toBuilder()
                .channels(shape.channels() + training.small().channels(), shape.channels())
                .classes(ClassEmbedType.TIMESTEP, 0).build()).enlarging(training.small());
    }

    SchedulerConfig scheduler() {
        return SchedulerConfig.of(
                schedule == null ? BetaSchedule.SQUAREDCOS_CAP_V2 : schedule,
                prediction == null ? PredictionType.V_PREDICTION : prediction);
    }
}
