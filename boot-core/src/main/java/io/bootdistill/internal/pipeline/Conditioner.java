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

    /** Writes what a network reads of a prompt, where an empty one is none at all. */
    default void writeOrNull(String prompt, int width, int height, float[] target) {
        if (prompt.isEmpty()) {
            writeNull(width, height, target);
        } else {
            write(prompt, width, height, target);
        }
    }

    @Override
    void close();
}
