package io.bootdistill.network.dit;

/** Where a token stands in its grid, as sines and cosines. */
final class Positions {

    private static final double LONGEST = 10000;

    private Positions() {}

    /**
     * A row of channels for each token of a square grid, row after row: the sines and the cosines of its column, then those of
     * its row. Computed in double, rounded once.
     *
     * @param side tokens in both directions
     * @param channels a multiple of 4
     */
    static float[] sinCos(int side, int channels) {
        int half = channels / 2;
        float[][] axis = new float[side][];
        for (int i = 0; i < side; i++) {
            axis[i] = waves(i, half);
        }
        float[] positions = new float[side * side * channels];
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                int at = (row * side + column) * channels;
                System.arraycopy(axis[column], 0, positions, at, half);
                System.arraycopy(axis[row], 0, positions, at + half, half);
            }
        }
        return positions;
    }

    private static float[] waves(int position, int count) {
        int frequencies = count / 2;
        float[] waves = new float[count];
        for (int k = 0; k < frequencies; k++) {
            double angle = position * (1 / Math.pow(LONGEST, (double) k / frequencies));
            waves[k] = (float) Math.sin(angle);
            waves[frequencies + k] = (float) Math.cos(angle);
        }
        return waves;
    }
}
