package io.bootdistill.internal.pipeline;

/** Makes the conditions of a network from prompts. Thread-safe. */
interface Conditioner extends AutoCloseable {

    /**
     * Writes what a network reads of a prompt, for a picture of so many pixels, where it lies among a sample's floats.
     *
     * @throws IllegalArgumentException if there is none for this prompt
     */
    void write(String prompt, int width, int height, float[] target);

    /** Writes what stands for no prompt at all. */
    void writeNull(int width, int height, float[] target);

    @Override
    void close();
}
