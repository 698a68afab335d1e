package io.bootdistill.network;

import io.bootdistill.device.Conv;
import io.bootdistill.device.Kernel;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.RowPlace;
import io.bootdistill.device.Slice;
import io.bootdistill.device.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * y = conv(x) + bias in strips of rows, forward alone: each strip is copied with {@link #HALO} rows above and below it, so that
 * it becomes what it is in the whole image, to the bit. The output may overwrite the input, of which the copy keeps what the
 * next strip needs.
 */
final class StripConvOperation extends Operation {

    /** Rows above and below a strip, and what the rows of an image and of its strips are multiples of. */
    private static final int HALO = 4;

    private final Conv conv;
    private final int rows;

    /** @param rows of a strip; see {@link #isPossible} */
    StripConvOperation(Conv conv, Value x, Value y, int rows, Block weights, Block bias) {
        super(new Value[] {x}, y, weights, bias);
        this.conv = conv;
        this.rows = rows;
    }

    /** Whether an image has strips of so many rows. */
    static boolean isPossible(int height, int rows) {
        return height % HALO == 0 && rows % (2 * HALO) == 0 && rows < height;
    }

    @Override
    List<Kernel> kernels(Pass pass) {
        return pass == Pass.FORWARD ? List.of(Kernel.CONV_FORWARD, Kernel.PLACE_ROWS) : List.of();
    }

    /**
     * Rows [first, last) of an image, which lie in the copy behind a halo: what stays of the strip before, what is read of the
     * image, what is seen by the convolution, and what is made of the image. All are rows of pixels.
     */
    private final class Strip {

        final @Nullable RowPlace kept;
        final @Nullable RowPlace read;
        final Conv seen;
        final RowPlace made;
        final Tensor x;
        final Tensor y;

        Strip(int first, Slice copy, Slice result) {
            int last = Math.min(first + rows, conv.height());
            int top = first == 0 ? 0 : first - HALO;
            int bottom = Math.min(last + HALO, conv.height());
            int known = first == 0 ? 0 : Math.min(first + HALO, conv.height()); // the strip before has read the rows above
            int width = conv.width();
            int height = bottom - top;
            kept = first == 0 ? null
                    : new RowPlace((known - top) * width, copyRows() * width, rows * width, copyRows() * width, 0);
            read = known == bottom ? null
                    : new RowPlace((bottom - known) * width, conv.pixels(), known * width, height * width, (known - top) * width);
            seen = Conv.same(height, width, conv.in(), conv.out());
            made = new RowPlace((last - first) * width, height * width, (first - top) * width, conv.pixels(), first * width);
            long above = first == 0 ? (long) HALO * width * conv.in() : 0;
            x = Tensor.of(copy.slice(above, copy.length() - above), conv.in());
            y = Tensor.of(result, conv.out());
        }
    }

    private int copyRows() {
        return rows + 2 * HALO;
    }

    private long copyFloats(int channels) {
        return MemoryPlanner.align((long) copyRows() * conv.width() * channels);
    }

    @Override
    long scratch() {
        return copyFloats(conv.in()) + copyFloats(conv.out());
    }

    @Override
    Passes passes(Binding b) {
        Slice copy = b.scratch.slice(0, copyFloats(conv.in()));
        Slice result = b.scratch.slice(copy.length(), copyFloats(conv.out()));
        Tensor copied = Tensor.of(copy, conv.in());
        List<Strip> strips = new ArrayList<>();
        for (int first = 0; first < conv.height(); first += rows) {
            strips.add(new Strip(first, copy, result));
        }
        Tensor[] x = samples(b.x[0], b.block);
        Tensor[] y = samples(b.y, b.block);
        return new Passes() {

            @Override
            void forward(Kernels kernels, int n) {
                for (int sample = 0; sample < n; sample++) {
                    for (Strip strip : strips) {
                        if (strip.kept != null) {
                            kernels.placeRows(1, strip.kept, copied, null, copied);
                        }
                        if (strip.read != null) {
                            kernels.placeRows(1, strip.read, x[sample], null, strip.x);
                        }
                        kernels.convForward(1, strip.seen, strip.x, b.weights, b.parameters[1], null, null, strip.y);
                        kernels.placeRows(1, strip.made, strip.y, null, y[sample]);
                    }
                }
            }

            @Override
            void backward(Kernels kernels, int n, @Nullable Slice[] dParameters, boolean accumulate) {
                throw new IllegalStateException("a convolution in strips has no gradient");
            }

            @Override
            void tangent(Kernels kernels, int n) {
                throw new IllegalStateException("a convolution in strips has no tangent");
            }
        };
    }

    private Tensor[] samples(Tensor images, int count) {
        Tensor[] samples = new Tensor[count];
        for (int i = 0; i < count; i++) {
            long offset = (long) i * conv.pixels() * images.stride();
            Slice data = images.data();
            samples[i] = new Tensor(data.slice(offset, data.length() - offset), images.channels(), images.stride());
        }
        return samples;
    }

    @Override
    boolean overwrites(int input) {
        return conv.out() <= conv.in();
    }

    @Override
    Gradient gradient(int input) {
        return Gradient.NONE;
    }

    @Override
    boolean backwardReads(int input) {
        return false;
    }
}
