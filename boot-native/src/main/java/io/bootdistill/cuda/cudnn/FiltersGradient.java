package io.bootdistill.cuda.cudnn;

import static io.bootdistill.cuda.cudnn.Cudnn.requireOk;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBackwardFilter;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize;

import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.javacpp.SizeTPointer;

/** The gradient of the filters from x and dy. Two of cuDNN's algorithms for it use atomics; they are not deterministic. */
@SuppressWarnings("deprecation") // see the package page
final class FiltersGradient extends Pass {

    FiltersGradient(Convolution convolution) {
        super(convolution);
    }

    @Override
    void choose() {
        int[] count = new int[1];
        try (cudnnConvolutionBwdFilterAlgoPerf_t proposals =
                new cudnnConvolutionBwdFilterAlgoPerf_t(CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT)) {
            requireOk("cudnnGetConvolutionBackwardFilterAlgorithm_v7", cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                    convolution.handle, convolution.x, convolution.y, convolution.description, convolution.filters,
                    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT, count, proposals));
            for (int i = 0; i < count[0]; i++) {
                proposals.position(i);
                propose(proposals.algo(), proposals.status(), proposals.determinism());
            }
        }
    }

    @Override
    String name() {
        return "cudnnConvolutionBackwardFilter";
    }

    @Override
    int workspace(int proposed, SizeTPointer size) {
        return cudnnGetConvolutionBackwardFilterWorkspaceSize(convolution.handle, convolution.x, convolution.y,
                convolution.description, convolution.filters, proposed, size);
    }

    @Override
    int call(int chosen, Address x, Address dy, Address dFilters, Address space, long spaceBytes) {
        return cudnnConvolutionBackwardFilter(convolution.handle, convolution.one, convolution.x, x, convolution.y, dy,
                convolution.description, chosen, space, spaceBytes, convolution.zero, convolution.filters, dFilters);
    }
}
