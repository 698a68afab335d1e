package io.bootdistill.network;

/** Frequencies of sinusoidal embeddings as the diffusers format has them, positional ones. */
public final class Frequencies {

    private Frequencies() {}

    /** exp(−ln 10000 · i/(half − shift)), each step rounded to float32 as the diffusers format's own code rounds it. */
    public static float[] positional(int half, int shift) {
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            float exponent = (float) -Math.log(10000) * i / (half - shift);
            frequencies[i] = (float) Math.exp(exponent);
        }
        return frequencies;
    }

    /** The embedding of a time: cosines and sines, or the other way round. */
    public static double[] embedding(float time, int half, int shift, boolean flipSinToCos) {
        float[] frequencies = positional(half, shift);
        double[] embedding = new double[2 * half];
        for (int i = 0; i < half; i++) {
            double angle = time * frequencies[i]; // a float32 product, as everywhere
            embedding[flipSinToCos ? half + i : i] = Math.sin(angle);
            embedding[flipSinToCos ? i : half + i] = Math.cos(angle);
        }
        return embedding;
    }
}
