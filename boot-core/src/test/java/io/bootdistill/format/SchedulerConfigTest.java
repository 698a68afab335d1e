package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertMessage;
import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class SchedulerConfigTest {

    private static SchedulerConfig parse(String entries) {
        String start = "{\"_class_name\":\"DDPMScheduler\"" + (entries.isEmpty() ? "" : ",");
        return SchedulerConfig.parse(start + entries + "}", "the file");
    }

    private static SchedulerConfig parse(String schedule, double start, double end, int n, boolean rescaled) {
        return parse("\"beta_schedule\":\"" + schedule + "\",\"beta_start\":" + start + ",\"beta_end\":" + end
                + ",\"num_train_timesteps\":" + n + ",\"rescale_betas_zero_snr\":" + rescaled);
    }

    @Test
    void defaults() {
        SchedulerConfig config = parse("");
        assertEquals(
                new SchedulerConfig(new SchedulerValues(
                        SchedulerType.DDPM, 1000, BetaSchedule.LINEAR, 1e-4, 0.02, List.of(), VarianceType.FIXED_SMALL,
                        PredictionType.EPSILON, true, 1, false, 0.995, 1, false, TimestepSpacing.LEADING, 0, true, Set.of())),
                config);
    }

    @Test
    void bundledTeacherIsWrittenAsItWasRead() {
        DiffusersFolder teacher = DiffusersFolder.open(Path.of("..", "teachers", "fashion-mnist-16"));
        JsonObject expected = teacher.schedulerConfig();
        expected.remove("_diffusers_version");
        assertEquals(JsonParser.parseString(expected.toString()), JsonParser.parseString(teacher.scheduler().toJson()));
        assertEquals(Set.of(), teacher.scheduler().unknownKeys());
    }

    @Test
    void everyKeyIsReadAndWritten() {
        String entries = "\"beta_end\":0.3,\"beta_schedule\":\"scaled_linear\",\"beta_start\":0.01,\"clip_sample\":false,"
                + "\"clip_sample_range\":2.5,\"dynamic_thresholding_ratio\":0.5,\"num_train_timesteps\":3,"
                + "\"prediction_type\":\"v_prediction\",\"rescale_betas_zero_snr\":true,\"sample_max_value\":1.5,"
                + "\"set_alpha_to_one\":false,\"steps_offset\":2,\"thresholding\":true,\"timestep_spacing\":\"trailing\","
                + "\"trained_betas\":[0.1,0.2,1.0]";
        JsonObject json = JsonParser.parseString("{\"_class_name\":\"DDIMScheduler\"," + entries + "}").getAsJsonObject();
        SchedulerConfig config = SchedulerConfig.parse(json.toString(), "the file");
        assertEquals(
                new SchedulerConfig(new SchedulerValues(
                        SchedulerType.DDIM, 3, BetaSchedule.SCALED_LINEAR, 0.01, 0.3, List.of(0.1, 0.2, 1.0),
                        VarianceType.FIXED_SMALL, PredictionType.V_PREDICTION, false, 2.5, true, 0.5, 1.5, true,
                        TimestepSpacing.TRAILING, 2, false, Set.of())),
                config);
        assertEquals(json, JsonParser.parseString(config.toJson()));
        assertEquals(json.toString(), JsonParser.parseString(config.toJson()).toString(), "the order");
    }

    /** A run knows its teacher by this text: as release 0.1.0 had it. */
    @Test
    void textIsThatOfEarlierReleases() {
        assertEquals("SchedulerConfig[type=DDPM, numTrainTimesteps=1000, betaSchedule=SQUAREDCOS_CAP_V2, betaStart=1.0E-4,"
                + " betaEnd=0.02, trainedBetas=[], varianceType=FIXED_SMALL, predictionType=SAMPLE, clipSample=true,"
                + " clipSampleRange=1.0, thresholding=false, dynamicThresholdingRatio=0.995, sampleMaxValue=1.0,"
                + " rescaleBetasZeroSnr=false, timestepSpacing=LEADING, stepsOffset=0, setAlphaToOne=true, unknownKeys=[]]",
                SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.SAMPLE).toString());
        Path teacher = Path.of("..", "teachers", "fashion-mnist-16", "scheduler", "scheduler_config.json");
        assertEquals(SchedulerConfig.of(BetaSchedule.SQUAREDCOS_CAP_V2, PredictionType.V_PREDICTION).toString(),
                SchedulerConfig.read(teacher).toString());
    }

    /** Each value differs from the default: none is lost on the way, none is missing in the text. */
    @Test
    void builderKeepsEveryValue() throws ReflectiveOperationException {
        SchedulerConfig config = SchedulerConfig.builder()
                .type(SchedulerType.DDIM).numTrainTimesteps(3).betaSchedule(BetaSchedule.SCALED_LINEAR)
                .betaStart(0.01).betaEnd(0.3).trainedBetas(List.of(0.1, 0.2, 1.0)).varianceType(VarianceType.FIXED_LARGE)
                .predictionType(PredictionType.V_PREDICTION).clipSample(false).clipSampleRange(2.5).thresholding(true)
                .dynamicThresholdingRatio(0.5).sampleMaxValue(1.5).rescaleBetasZeroSnr(true)
                .timestepSpacing(TimestepSpacing.TRAILING).stepsOffset(2).setAlphaToOne(false).unknownKeys(Set.of("eta")).build();
        assertEquals(config, config.toBuilder().build());
        SchedulerConfig defaults = SchedulerConfig.builder().build();
        List<String> text = new ArrayList<>();
        for (RecordComponent value : SchedulerValues.class.getRecordComponents()) {
            Method accessor = SchedulerConfig.class.getMethod(value.getName());
            Object found = accessor.invoke(config);
            assertNotEquals(accessor.invoke(defaults), found, value.getName());
            text.add(value.getName() + "=" + found);
        }
        assertEquals("SchedulerConfig[" + String.join(", ", text) + "]", config.toString());
    }

    @Test
    void badArgumentsAreRefusedByName() {
        SchedulerConfig.Builder builder = SchedulerConfig.builder().betaEnd(1.5);
        assertMessage(assertThrows(IllegalArgumentException.class, builder::build), "beta_end is 1.5, must be in [1e-7, 1)");
    }

    @Test
    void unknownKeysAreReported() {
        SchedulerConfig config = parse("\"zeta\":[1],\"_diffusers_version\":\"0.1\",\"eta\":null,\"clip_sample\":null");
        assertEquals(Set.of("eta", "zeta"), config.unknownKeys());
        assertEquals(true, config.clipSample(), "null is absent");
    }

    @Test
    void oldSpellingOfSamplePrediction() {
        assertEquals(PredictionType.SAMPLE, parse("\"predict_epsilon\":false").predictionType());
        assertEquals(PredictionType.EPSILON, parse("\"predict_epsilon\":true").predictionType());
        assertEquals(PredictionType.V_PREDICTION,
                parse("\"predict_epsilon\":false,\"prediction_type\":\"v_prediction\"").predictionType());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"num_train_timesteps\":1           | num_train_timesteps is 1, must be in [2, 1000000]",
        "\"num_train_timesteps\":1000001     | num_train_timesteps is 1000001",
        "\"num_train_timesteps\":10.5        | num_train_timesteps is 10.5, must be a whole number",
        "\"num_train_timesteps\":1e10        | num_train_timesteps is 1e10, must be a whole number",
        "\"num_train_timesteps\":\"1000\"    | num_train_timesteps is \"1000\", must be a number",
        "\"beta_schedule\":\"sigmoid\"       | beta_schedule is \"sigmoid\", must be one of linear, scaled_linear, squaredcos_cap_v2",
        "\"beta_schedule\":[]                | beta_schedule is []",
        "\"beta_start\":0                    | beta_start is 0.0, must be in [1e-7, 1)",
        "\"beta_start\":1                    | beta_start is 1.0",
        "\"beta_end\":-0.1                   | beta_end is -0.1",
        "\"beta_end\":{}                     | beta_end is {}, must be a number",
        "\"trained_betas\":0.1               | trained_betas is 0.1, must be a list of numbers",
        "\"trained_betas\":[0.1,0.2]         | the length of trained_betas is 2, must be num_train_timesteps, 1000",
        "\"trained_betas\":[0.1,1.1],\"num_train_timesteps\":2 | trained_betas[1] is 1.1, must be in [1e-7, 1]",
        "\"trained_betas\":[0,1],\"num_train_timesteps\":2     | trained_betas[0] is 0.0",
        "\"trained_betas\":[\"x\"]           | trained_betas is [\"x\"]",
        "\"trained_betas\":[null]            | trained_betas is [null]",
        "\"variance_type\":\"guessed\"       | variance_type is \"guessed\", must be one of fixed_small",
        "\"prediction_type\":\"flow\"        | prediction_type is \"flow\", must be one of epsilon, v_prediction, sample",
        "\"prediction_type\":7               | prediction_type is 7",
        "\"clip_sample\":1                   | clip_sample is 1, must be true or false",
        "\"clip_sample_range\":0             | clip_sample_range is 0.0, must be above 0",
        "\"clip_sample_range\":1e999         | clip_sample_range is Infinity",
        "\"thresholding\":\"no\"             | thresholding is \"no\"",
        "\"dynamic_thresholding_ratio\":1.01 | dynamic_thresholding_ratio is 1.01, must be in [0, 1]",
        "\"sample_max_value\":-1             | sample_max_value is -1.0",
        "\"timestep_spacing\":\"even\"       | timestep_spacing is \"even\", must be one of leading, trailing, linspace",
        "\"steps_offset\":1000               | steps_offset is 1000, must be in [0, 999]",
        "\"steps_offset\":-1                 | steps_offset is -1",
    })
    void refusedValues(String entries, String message) {
        assertRefused(() -> parse(entries), "the file: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\"}", "{\"_class_name\":null}"})
    void otherSchedulers(String json) {
        assertRefused(() -> SchedulerConfig.parse(json, "the file"),
                "the file: _class_name is", "must be one of DDPM, DDIM, PNDM, ", ", RePaint, with Scheduler behind");
    }

    /**
     * ᾱ and β are bit for bit those of PyTorch 2 on x86-64 (torch.linspace, torch.cumprod in float32): the first, middle and
     * last ᾱ, and the CRC-32 of all float32 bits of both, little-endian.
     */
    @ParameterizedTest
    @CsvSource({
        "linear,            0.0001,  0.02,  1000,    0.9998999834060669, 0.07779665291309357,    4.035830352222547e-05,  cea302c5, e2bd60c2",
        "linear,            0.0001,  0.02,  2,       0.9998999834060669, 0.9799020290374756,     0.9799020290374756,     2c9eac4b, f383fac4",
        "linear,            0.002,   0.3,   333,     0.9980000257492065, 1.4066641824683757e-06, 3.735481211579479e-25,  b80ef161, 5390f592",
        "scaled_linear,     0.00085, 0.012, 1000,    0.9991499781608582, 0.27633246779441833,    0.00466009508818388,    f89c76d9, 21af97d5",
        "squaredcos_cap_v2, 0.0001,  0.02,  1000,    0.9999586939811707, 0.4922850430011749,     2.4287349909002387e-09, eb7f089e, c3ef3acc",
        "squaredcos_cap_v2, 0.0001,  0.02,  50,      0.9982525110244751, 0.46270686388015747,    9.711807251733262e-07,  47ffbcd2, f64c50f9",
        "squaredcos_cap_v2, 0.0001,  0.02,  1000000, 0.9999999403953552, 0.4938281178474426,     2.428699051969913e-15,  14da271d, any",
    })
    void tables(String schedule, double start, double end, int n,
            double first, double middle, double last, String crc, String betaCrc) {
        SchedulerConfig config = parse(schedule, start, end, n, false);
        double[] table = config.alphasCumprod();
        assertArrayEquals(new double[] {first, middle, last}, new double[] {table[0], table[n / 2], table[n - 1]});
        assertEquals(crc, crc(table));
        if (!betaCrc.equals("any")) { // β of a million steps is 1e-6: its last bits are those of the platform's cosine
            assertEquals(betaCrc, crc(config.betas()));
        }
    }

    /** ᾱ at 0, 250, 500, 750, 900, 990, 998 by PyTorch 2, whose square root is not exact: relative 2^-23 · √N. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "linear            | 0.0001  | 0.02  | 0.9998999834060669 0.5188605189323425 0.07524619996547699 0.0026441060472279787"
                + " 0.00010303845920134336 3.671393358217756e-07 4.213273285813557e-09",
        "scaled_linear     | 0.00085 | 0.012 | 0.9991499781608582 0.6524567604064941 0.2410186380147934 0.03279908001422882"
                + " 0.002960391342639923 1.6530386346857995e-05 1.9679633567193378e-07",
        "squaredcos_cap_v2 | 0.0001  | 0.02  | 0.999958872795105 0.8458812236785889 0.4922650456428528 0.14315560460090637"
                + " 0.02360331453382969 0.0001953567989403382 2.277813791806693e-06",
    })
    void rescaledTables(String schedule, double start, double end, String values) {
        double[] table = parse(schedule, start, end, 1000, true).alphasCumprod();
        int[] indices = {0, 250, 500, 750, 900, 990, 998};
        String[] expected = values.split(" ");
        for (int i = 0; i < indices.length; i++) {
            double value = Double.parseDouble(expected[i]);
            assertEquals(value, table[indices[i]], 0x1p-23 * Math.sqrt(1000) * value, "at " + indices[i]);
        }
        assertEquals(0, table[999]);
    }

    private static String crc(double[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putFloat((float) value);
        }
        CRC32 crc = new CRC32();
        crc.update(bytes.flip());
        return String.format("%08x", crc.getValue());
    }

    @Test
    void trainedBetas() {
        String betas = "\"trained_betas\":[0.1,0.2,0.3],\"num_train_timesteps\":3,\"beta_schedule\":\"squaredcos_cap_v2\"";
        assertArrayEquals(new double[] {0.1f, 0.2f, 0.3f}, parse(betas).betas());
        assertArrayEquals(new double[] {0.8999999761581421, 0.7199999690055847, 0.5040000081062317}, parse(betas).alphasCumprod());
        double first = Math.sqrt(0.9);
        double last = Math.sqrt(0.504);
        double middle = (Math.sqrt(0.72) - last) * first / (first - last);
        double cancellation = Math.sqrt(0.72) / (Math.sqrt(0.72) - last);
        double[] rescaled = parse(betas + ",\"rescale_betas_zero_snr\":true").alphasCumprod();
        assertArrayEquals(new double[] {0.9, middle * middle, 0}, rescaled, 0x1p-23 * cancellation);
    }

    /** β written as trained_betas gives the same table: this is how a schedule is cut for an export. */
    @Test
    void betasAsTrainedBetas() {
        SchedulerConfig config = parse("scaled_linear", 0.00085, 0.012, 1000, true);
        JsonObject json = JsonParser.parseString(config.toJson()).getAsJsonObject();
        JsonArray betas = new JsonArray();
        for (double beta : config.betas()) {
            betas.add(beta);
        }
        json.add("trained_betas", betas);
        json.addProperty("rescale_betas_zero_snr", false);
        SchedulerConfig written = SchedulerConfig.parse(json.toString(), "written");
        assertArrayEquals(config.alphasCumprod(), written.alphasCumprod());
    }

    @Test
    void rescalingThatIsImpossible() {
        SchedulerConfig config = parse("linear", 0.5, 0.9, 1000, true); // no signal left long before the end
        assertMessage(assertThrows(ModelFormatException.class, config::alphasCumprod), "rescale_betas_zero_snr", "set it to false");
    }

    /** λ at real-valued indices, interpolated linearly, against the golden cases of the cosine schedule. */
    @ParameterizedTest
    @ValueSource(strings = {"ddim-flat", "heun-delta-guided"})
    void lambdaOfTheGoldenCases(String name) throws Exception {
        double[] table = parse("squaredcos_cap_v2", 1e-4, 0.02, 1000, false).alphasCumprod();
        Path file = Path.of(getClass().getResource("/fixtures/boot-step/" + name + ".safetensors").toURI());
        try (SafetensorsFile golden = SafetensorsFile.open(file)) {
            for (String time : List.of("t", "s")) {
                double[] index = golden.doubles(time + "_index");
                double[] lambda = golden.doubles("lambda_" + time);
                for (int i = 0; i < index.length; i++) {
                    int below = Math.min((int) index[i], table.length - 2);
                    double share = index[i] - below;
                    double value = (1 - share) * lambda(table[below]) + share * lambda(table[below + 1]);
                    assertEquals(lambda[i], value, 1e-9, "at index " + index[i]);
                }
            }
            float[] alpha = golden.floats("alpha_t");
            assertEquals(alpha[0], Math.sqrt(table[999]), 1e-9);
        }
    }

    private static double lambda(double alphaBar) {
        return 0.5 * Math.log((1 - alphaBar) / alphaBar);
    }
}
