package io.bootdistill.internal.sampling;

import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;

/** What a request makes of seeds and labels, as arrays. */
public final class Samples {

    private Samples() {}

    /** Labels as the networks read them. */
    public static float[] conditions(int[] labels) {
        float[] conditions = new float[labels.length];
        SampleRequest.ofSeeds(new long[labels.length]).withLabels(labels)
                .writeConditions(new ConditionShape.Label(Integer.MAX_VALUE), 0, labels.length, conditions);
        return conditions;
    }

    /** Noise of one image per seed, [n][channels][height][width]. */
    public static float[] noise(ImageShape shape, long[] seeds) {
        float[] noise = new float[seeds.length * shape.size()];
        SampleRequest.ofSeeds(seeds).writeNoise(shape, 0, seeds.length, noise);
        return noise;
    }
}
