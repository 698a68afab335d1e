package io.bootdistill.cuda.cudnn;

import static io.bootdistill.cuda.cudnn.Cudnn.requireOk;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_FWD_ALGO_COUNT;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionForward;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionForwardAlgorithm_v7;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionForwardWorkspaceSize;

import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.javacpp.SizeTPointer;

/** y from x and filters. */
@SuppressWarnings("deprecation") // see the package page
final class Forward extends Pass {

    Forward(Convolution convolution) {
        super(convolution);
    }

    @Override
    void choose() {
        int[] count = new int[1];
        try (cudnnConvolutionFwdAlgoPerf_t proposals = new cudnnConvolutionFwdAlgoPerf_t(CUDNN_CONVOLUTION_FWD_ALGO_COUNT)) {
            requireOk("cudnnGetConvolutionForwardAlgorithm_v7", cudnnGetConvolutionForwardAlgorithm_v7(
                    convolution.handle, convolution.x, convolution.filters, convolution.description, convolution.y,
                    CUDNN_CONVOLUTION_FWD_ALGO_COUNT, count, proposals));
            for (int i = 0; i < count[0]; i++) {
                proposals.position(i);
                propose(proposals.algo(), proposals.status(), proposals.determinism());
            }
        }
    }

    @Override
    String name() {
        return "cudnnConvolutionForward";
    }

    @Override
    int workspace(int proposed, SizeTPointer size) {
        return cudnnGetConvolutionForwardWorkspaceSize(convolution.handle, convolution.x, convolution.filters,
                convolution.description, convolution.y, proposed, size);
    }

    @Override
    int call(int chosen, Address x, Address filters, Address y, Address space, long spaceBytes) {
        return cudnnConvolutionForward(convolution.handle, convolution.one, convolution.x, x, convolution.filters, filters,
                convolution.description, chosen, space, spaceBytes, convolution.zero, convolution.y, y);
    }
}
