package io.bootdistill.internal.pipeline;

import io.bootdistill.network.ConditionShape;

/** Makes the conditions of a network from prompts. Thread-safe. */
interface Conditioner extends AutoCloseable {

    /** What it makes. */
    ConditionShape.Parts shape();

    /**
     * Writes the condition of a prompt, for a picture of so many pixels: {@link ConditionShape#floats} values.
     *
     * @throws IllegalArgumentException if there is none for this prompt
     */
    void write(String prompt, int width, int height, float[] target);

    /** Writes what stands for no prompt at all. */
    void writeNull(int width, int height, float[] target);

    @Override
    void close();
}
