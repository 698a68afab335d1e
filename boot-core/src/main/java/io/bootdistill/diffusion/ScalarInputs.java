package io.bootdistill.diffusion;

/** Names of the scalar inputs that networks of this library are given, one value per sample each. */
public final class ScalarInputs {

    /** The time of the input: t of the state x_t. */
    public static final String TIME = "t";

    /** The guidance scale w, of students that are told it. */
    public static final String GUIDANCE = "w";

    /** The time of the signal, of students of two times, whose {@link #TIME} is that of their input. */
    public static final String TARGET_TIME = "s";

    private ScalarInputs() {}
}
