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
    TCD("TCD");

    private final String className;

    SchedulerType(String name) {
        className = name + "Scheduler";
    }

    /** As the file names it. */
    public String className() {
        return className;
    }

    /** Whether it limits a prediction of x₀ where a file does not say. */
    boolean clipsByDefault() {
        return this == DDPM || this == DDIM;
    }

    /** Whether it has its own last index: DDIM's key {@code set_alpha_to_one}. */
    boolean hasFinalAlpha() {
        return this == DDIM || this == PNDM || isConsistency();
    }

    /** Whether it samples consistency models. */
    boolean isConsistency() {
        return this == LCM || this == TCD;
    }
}
