package io.bootdistill.cuda.cudnn;

import static io.bootdistill.cuda.cudnn.Cudnn.requireOk;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DEFAULT_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NHWC;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolution2dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionMathType;
import static org.bytedeco.cuda.global.cudnn.cudnnSetFilter4dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetTensor4dDescriptor;

import io.bootdistill.device.Conv;
import io.bootdistill.internal.device.Scope;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The convolution of n dense images [n][height][width][channels] with filters [out][3][3][in], and its gradients. Each is
 * deterministic: the same bits for the same n, though perhaps other bits of a sample for another n. All operands begin at
 * multiples of 16 bytes.
 */
@SuppressWarnings("deprecation") // see the package page
public final class Convolution implements AutoCloseable {

    final cudnnContext handle;
    final cudnnTensorStruct x;
    final cudnnTensorStruct y;
    final cudnnFilterStruct filters;
    final cudnnConvolutionStruct description;
    final FloatPointer one;
    final FloatPointer zero;
    private final int n;
    private final Scope scope = new Scope();
    private Pass forward;
    private Pass inputGradient;
    private Pass filtersGradient;

    Convolution(cudnnContext handle, int n, Conv conv, boolean tf32) {
        this.handle = handle;
        this.n = n;
        try {
            one = scope.own(new FloatPointer(1f));
            zero = scope.own(new FloatPointer(0f));
            x = images(n, conv.in(), conv.height(), conv.width());
            y = images(n, conv.out(), conv.outHeight(), conv.outWidth());
            filters = filters(conv);
            description = describe(conv, tf32);
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    private cudnnTensorStruct images(int count, int channels, int height, int width) {
        cudnnTensorStruct created = new cudnnTensorStruct();
        requireOk("cudnnCreateTensorDescriptor", cudnnCreateTensorDescriptor(created));
        scope.own(() -> requireOk("cudnnDestroyTensorDescriptor", cudnnDestroyTensorDescriptor(created)));
        requireOk("cudnnSetTensor4dDescriptor", cudnnSetTensor4dDescriptor(
                created, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, count, channels, height, width));
        return created;
    }

    private cudnnFilterStruct filters(Conv conv) {
        cudnnFilterStruct created = new cudnnFilterStruct();
        requireOk("cudnnCreateFilterDescriptor", cudnnCreateFilterDescriptor(created));
        scope.own(() -> requireOk("cudnnDestroyFilterDescriptor", cudnnDestroyFilterDescriptor(created)));
        requireOk("cudnnSetFilter4dDescriptor", cudnnSetFilter4dDescriptor(
                created, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, conv.out(), conv.in(), 3, 3));
        return created;
    }

    private cudnnConvolutionStruct describe(Conv conv, boolean tf32) {
        cudnnConvolutionStruct created = new cudnnConvolutionStruct();
        requireOk("cudnnCreateConvolutionDescriptor", cudnnCreateConvolutionDescriptor(created));
        scope.own(() -> requireOk("cudnnDestroyConvolutionDescriptor", cudnnDestroyConvolutionDescriptor(created)));
        requireOk("cudnnSetConvolution2dDescriptor", cudnnSetConvolution2dDescriptor(
                created, conv.padding(), conv.padding(), conv.stride(), conv.stride(), 1, 1, CUDNN_CROSS_CORRELATION,
                CUDNN_DATA_FLOAT));
        requireOk("cudnnSetConvolutionMathType",
                cudnnSetConvolutionMathType(created, tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH));
        return created;
    }

    int samples() {
        return n;
    }

    /** y = conv(x): takes x, filters and y. */
    public Pass forward() {
        if (forward == null) {
            forward = choose(new Forward(this));
        }
        return forward;
    }

    /** dx = convᵀ(dy): takes dy, filters and dx. */
    public Pass inputGradient() {
        if (inputGradient == null) {
            inputGradient = choose(new InputGradient(this));
        }
        return inputGradient;
    }

    /** The gradient of the filters: takes x, dy and the filters' gradient. */
    public Pass filtersGradient() {
        if (filtersGradient == null) {
            filtersGradient = choose(new FiltersGradient(this));
        }
        return filtersGradient;
    }

    private Pass choose(Pass pass) {
        scope.own(pass).choose();
        pass.requireAlgorithm();
        return pass;
    }

    @Override
    public void close() {
        scope.close();
    }
}
