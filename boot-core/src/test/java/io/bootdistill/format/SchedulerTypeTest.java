package io.bootdistill.format;

import static io.bootdistill.format.RawFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each scheduler of diffusers takes for the values that a file leaves out. */
@Tag("fast")
class SchedulerTypeTest {

    @TempDir
    Path temp;

    private static SchedulerConfig parse(String className, String entries) {
        String more = entries == null || entries.isEmpty() ? "" : "," + entries;
        return SchedulerConfig.parse("{\"_class_name\":\"" + className + "\"" + more + "}", "the file");
    }

    /** As in diffusers 0.35: β, whether x₀ is clamped, spacing, set_alpha_to_one. */
    @ParameterizedTest
    @CsvSource({
        "DDPMScheduler,                   LINEAR,        0.0001,  0.02,  true,  LEADING,  true",
        "DDIMScheduler,                   LINEAR,        0.0001,  0.02,  true,  LEADING,  true",
        "PNDMScheduler,                   LINEAR,        0.0001,  0.02,  false, LEADING,  false",
        "EulerDiscreteScheduler,          LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "EulerAncestralDiscreteScheduler, LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "LMSDiscreteScheduler,            LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "DPMSolverMultistepScheduler,     LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "DPMSolverSinglestepScheduler,    LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "DPMSolverSDEScheduler,           LINEAR,        0.00085, 0.012, false, LINSPACE, true",
        "DEISMultistepScheduler,          LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "UniPCMultistepScheduler,         LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "HeunDiscreteScheduler,           LINEAR,        0.00085, 0.012, false, LINSPACE, true",
        "KDPM2DiscreteScheduler,          LINEAR,        0.00085, 0.012, false, LINSPACE, true",
        "KDPM2AncestralDiscreteScheduler, LINEAR,        0.00085, 0.012, false, LINSPACE, true",
        "LCMScheduler,                    SCALED_LINEAR, 0.00085, 0.012, false, LEADING,  true",
        "TCDScheduler,                    SCALED_LINEAR, 0.00085, 0.012, false, LEADING,  true",
        "DDPMParallelScheduler,           LINEAR,        0.0001,  0.02,  true,  LEADING,  true",
        "DDIMParallelScheduler,           LINEAR,        0.0001,  0.02,  true,  LEADING,  true",
        "DDIMInverseScheduler,            LINEAR,        0.0001,  0.02,  true,  LEADING,  true",
        "DPMSolverMultistepInverseScheduler, LINEAR,     0.0001,  0.02,  false, LINSPACE, true",
        "SASolverScheduler,               LINEAR,        0.0001,  0.02,  false, LINSPACE, true",
        "RePaintScheduler,                LINEAR,        0.0001,  0.02,  true,  LEADING,  true",
    })
    void defaults(String className, BetaSchedule schedule, double start, double end, boolean clip, TimestepSpacing spacing,
            boolean alphaToOne) {
        SchedulerConfig config = parse(className, "");
        assertEquals(className, config.type().className());
        assertEquals(schedule, config.betaSchedule());
        assertEquals(start, config.betaStart());
        assertEquals(end, config.betaEnd());
        assertEquals(clip, config.clipSample());
        assertEquals(spacing, config.timestepSpacing());
        assertEquals(alphaToOne, config.setAlphaToOne());
        assertEquals(1000, config.numTrainTimesteps());
        assertEquals(PredictionType.EPSILON, config.predictionType());
        assertEquals(0, config.stepsOffset());
        assertFalse(config.thresholding());
        assertFalse(config.rescaleBetasZeroSnr());
        assertEquals(config, SchedulerConfig.parse(config.toJson(), "written"), "what is written says the same");
    }

    @Test
    void everyTypeIsTested() throws NoSuchMethodException {
        CsvSource rows = Arrays.stream(SchedulerTypeTest.class.getDeclaredMethods())
                .filter(method -> method.getName().equals("defaults")).findFirst().orElseThrow().getAnnotation(CsvSource.class);
        Set<String> tested = Arrays.stream(rows.value()).map(row -> row.substring(0, row.indexOf(','))).collect(Collectors.toSet());
        assertEquals(Arrays.stream(SchedulerType.values()).map(SchedulerType::className).collect(Collectors.toSet()), tested);
    }

    /** They are neither refused nor reported. */
    @Test
    void keysOfSolversAreIgnored() {
        SchedulerConfig config = parse("DPMSolverMultistepScheduler", "\"algorithm_type\":\"dpmsolver++\",\"euler_at_final\":false,"
                + "\"final_sigmas_type\":\"zero\",\"flow_shift\":1.0,\"interpolation_type\":\"linear\","
                + "\"lower_order_final\":true,\"original_inference_steps\":50,\"sigma_max\":null,\"sigma_min\":null,"
                + "\"skip_prk_steps\":true,\"solver_order\":2,\"solver_type\":\"midpoint\",\"timestep_scaling\":10.0,"
                + "\"timestep_type\":\"discrete\",\"use_beta_sigmas\":false,\"use_exponential_sigmas\":false,"
                + "\"use_flow_sigmas\":false,\"use_karras_sigmas\":true,\"use_lu_lambdas\":false,\"variance_type\":null");
        assertEquals(new TreeSet<>(), config.unknownKeys());
        assertEquals(parse("DPMSolverMultistepScheduler", ""), config);
    }

    @Test
    void flowMatchingIsRefused() {
        assertRefused(() -> parse("UniPCMultistepScheduler", "\"use_flow_sigmas\":true"), "use_flow_sigmas is true, must be false");
    }

    @Test
    void learnedVariances() {
        assertTrue(parse("DDPMScheduler", "\"variance_type\":\"learned_range\"").varianceType().isLearned());
        assertTrue(parse("DPMSolverMultistepScheduler", "\"variance_type\":\"learned\"").varianceType().isLearned());
        assertFalse(parse("DDPMScheduler", "").varianceType().isLearned());
    }

    /** Solvers that divide by α put 2⁻²⁴ there. */
    @Test
    void rescaledToPureNoise() {
        double[] table = parse("EulerDiscreteScheduler", "\"rescale_betas_zero_snr\":true").alphasCumprod();
        assertEquals(0, table[999]);
        assertTrue(table[998] > 0);
    }

    /** α at the ends of Stable Diffusion's schedule and IF's. */
    @Test
    void measuredEnds() {
        double[] latent = parse("PNDMScheduler", "\"beta_schedule\":\"scaled_linear\",\"beta_start\":0.00085,\"beta_end\":0.012")
                .alphasCumprod();
        assertEquals(0.068265, Math.sqrt(latent[999]), 5e-7);
        assertEquals(0.99957, Math.sqrt(latent[0]), 5e-6);
        double[] pixels = parse("DDPMScheduler", "\"beta_schedule\":\"squaredcos_cap_v2\"").alphasCumprod();
        assertEquals(4.9e-5, Math.sqrt(pixels[999]), 5e-7);
    }

    /** As diffusers writes DPMSolverMultistepScheduler: −∞ is no JSON. */
    @Test
    void infinityOfPython() throws IOException {
        Path file = temp.resolve("scheduler_config.json");
        Files.writeString(file, "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"lambda_min_clipped\": -Infinity,\n"
                + "\"note\": \"\\\\\\\" NaN, Infinity\"}");
        assertEquals(Set.of("note"), SchedulerConfig.read(file).unknownKeys());
        Files.writeString(file, "{\"_class_name\": \"DDIMScheduler\", \"beta_end\": NaN}");
        assertRefused(() -> SchedulerConfig.read(file), file, "beta_end is NaN, must be in [1e-7, 1)");
    }
}
