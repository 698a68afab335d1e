package io.bootdistill.format;

/**
 * The supported schedulers. All have the schedule of variance-preserving diffusion, made from β; they differ in how they sample,
 * which this library does in its own way, and in what they take for values that a file leaves out.
 */
public enum SchedulerType {
    DDPM("DDPM"),
    DDIM("DDIM"),
    PNDM("PNDM"),
    EULER_DISCRETE("EulerDiscrete"),
    EULER_ANCESTRAL("EulerAncestralDiscrete"),
    LMS("LMSDiscrete"),
    DPM_SOLVER_MULTISTEP("DPMSolverMultistep"),
    DPM_SOLVER_SINGLESTEP("DPMSolverSinglestep"),
    DPM_SOLVER_SDE("DPMSolverSDE"),
    DEIS("DEISMultistep"),
    UNI_PC("UniPCMultistep"),
    HEUN("HeunDiscrete"),
    KDPM2("KDPM2Discrete"),
    KDPM2_ANCESTRAL("KDPM2AncestralDiscrete"),
    LCM("LCM"),
    TCD("TCD"),
    DDPM_PARALLEL("DDPMParallel"),
    DDIM_PARALLEL("DDIMParallel"),
    DDIM_INVERSE("DDIMInverse"),
    DPM_SOLVER_MULTISTEP_INVERSE("DPMSolverMultistepInverse"),
    SA_SOLVER("SASolver"),
    RE_PAINT("RePaint");

    /** Of all names. */
    static final String ENDING = "Scheduler";

    private final String className;

    SchedulerType(String name) {
        className = name + ENDING;
    }

    /** As the file names it. */
    public String className() {
        return className;
    }

    /** Whether it limits a prediction of x₀ where a file does not say. */
    boolean clipsByDefault() {
        return switch (this) {
            case DDPM, DDIM, DDPM_PARALLEL, DDIM_PARALLEL, DDIM_INVERSE, RE_PAINT -> true;
            default -> false;
        };
    }

    /** Whether it has its own last index: DDIM's key {@code set_alpha_to_one}. */
    boolean hasFinalAlpha() {
        return switch (this) {
            case DDIM, DDIM_PARALLEL, DDIM_INVERSE, PNDM -> true;
            default -> isConsistency();
        };
    }

    /** Whether it draws noise with each step: DDPM's key {@code variance_type}. */
    boolean hasVariance() {
        return this == DDPM || this == DDPM_PARALLEL;
    }

    /** Whether it samples consistency models. */
    boolean isConsistency() {
        return this == LCM || this == TCD;
    }
}
