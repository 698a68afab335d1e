package io.bootdistill.reference;

import io.bootdistill.device.Kernels;
import io.bootdistill.device.Patches;
import io.bootdistill.device.RowPlace;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;

/** Rows that are added, placed, cut out of images, or looked for in a table. */
interface ReferenceTokens extends Kernels {

    @Override
    default void addRowsForward(int n, int rows, Tensor xTensor, Slice pSlice, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * rows, channels);
        Matrix p = Matrix.of("p", pSlice, rows, channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * rows, channels);
        for (int row = 0; row < y.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                y.set(row, c, x.get(row, c) + p.get(row % rows, c));
            }
        }
    }

    @Override
    default void addRowsBackward(int n, int rows, Tensor dyTensor, Slice dpSlice, boolean accumulate) {
        int channels = dyTensor.channels();
        Matrix dy = Matrix.of("dy", dyTensor, (long) n * rows, channels);
        Matrix dp = Matrix.of("dp", dpSlice, rows, channels);
        if (!accumulate) {
            dp.fill(0);
        }
        for (int row = 0; row < dy.rows(); row++) {
            for (int c = 0; c < channels; c++) {
                dp.add(row % rows, c, dy.get(row, c));
            }
        }
    }

    @Override
    default void placeRows(int n, RowPlace place, Tensor xTensor, Tensor baseTensor, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, (long) n * place.sourceRows(), channels);
        Matrix base = Matrix.optional("base", baseTensor, (long) n * place.targetRows(), channels);
        Matrix y = Matrix.of("y", yTensor, (long) n * place.targetRows(), channels);
        for (int sample = 0; sample < n; sample++) {
            for (int i = 0; i < place.count(); i++) {
                int source = sample * place.sourceRows() + place.from() + i;
                int target = sample * place.targetRows() + place.to() + i;
                for (int c = 0; c < channels; c++) {
                    y.set(target, c, Matrix.orZero(base, target, c) + x.get(source, c));
                }
            }
        }
    }

    @Override
    default void patchify(int n, Patches patches, Tensor xTensor, Tensor baseTensor, Tensor yTensor) {
        Matrix x = Matrix.of("x", xTensor, (long) n * patches.pixels(), patches.channels());
        Matrix base = Matrix.optional("base", baseTensor, (long) n * patches.tokens(), patches.tokenChannels());
        Matrix y = Matrix.of("y", yTensor, (long) n * patches.tokens(), patches.tokenChannels());
        for (int pixel = 0; pixel < x.rows(); pixel++) {
            for (int c = 0; c < patches.channels(); c++) {
                int token = token(patches, pixel);
                int place = place(patches, pixel, c);
                y.set(token, place, Matrix.orZero(base, token, place) + x.get(pixel, c));
            }
        }
    }

    @Override
    default void unpatchify(int n, Patches patches, Tensor xTensor, Tensor baseTensor, Tensor yTensor) {
        Matrix x = Matrix.of("x", xTensor, (long) n * patches.tokens(), patches.tokenChannels());
        Matrix base = Matrix.optional("base", baseTensor, (long) n * patches.pixels(), patches.channels());
        Matrix y = Matrix.of("y", yTensor, (long) n * patches.pixels(), patches.channels());
        for (int pixel = 0; pixel < y.rows(); pixel++) {
            for (int c = 0; c < patches.channels(); c++) {
                y.set(pixel, c,
                        Matrix.orZero(base, pixel, c) + x.get(token(patches, pixel), place(patches, pixel, c)));
            }
        }
    }

    /** The row of the token that a pixel of the batch belongs to: the images lie below each other as one. */
    private static int token(Patches patches, int pixel) {
        int row = pixel / patches.width();
        int column = pixel % patches.width();
        return row / patches.size() * (patches.width() / patches.size()) + column / patches.size();
    }

    private static int place(Patches patches, int pixel, int channel) {
        return patches.place(
                pixel / patches.width() % patches.size(), pixel % patches.width() % patches.size(), channel);
    }

    @Override
    default void nearestCode(long rows, int codes, Tensor xTensor, Slice tableSlice, Tensor yTensor) {
        int channels = yTensor.channels();
        Matrix x = Matrix.of("x", xTensor, rows, channels);
        Matrix table = Matrix.of("table", tableSlice, codes, channels);
        Matrix y = Matrix.of("y", yTensor, rows, channels);
        for (int row = 0; row < y.rows(); row++) {
            int nearest = 0;
            double smallest = Double.POSITIVE_INFINITY;
            for (int code = 0; code < codes; code++) {
                double distance = 0;
                for (int c = 0; c < channels; c++) {
                    double difference = x.get(row, c) - table.get(code, c);
                    distance += difference * difference;
                }
                if (distance < smallest) {
                    smallest = distance;
                    nearest = code;
                }
            }
            for (int c = 0; c < channels; c++) {
                y.set(row, c, table.get(nearest, c));
            }
        }
    }
}
