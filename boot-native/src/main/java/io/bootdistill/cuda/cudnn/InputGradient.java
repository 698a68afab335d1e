package io.bootdistill.cuda.cudnn;

import static io.bootdistill.cuda.cudnn.Cudnn.requireOk;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBackwardData;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionBackwardDataWorkspaceSize;

import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.javacpp.SizeTPointer;

/** dx from dy and filters. */
@SuppressWarnings("deprecation") // see the package page
final class InputGradient extends Pass {

    InputGradient(Convolution convolution) {
        super(convolution);
    }

    @Override
    void choose() {
        int[] count = new int[1];
        try (cudnnConvolutionBwdDataAlgoPerf_t proposals =
                new cudnnConvolutionBwdDataAlgoPerf_t(CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT)) {
            requireOk("cudnnGetConvolutionBackwardDataAlgorithm_v7", cudnnGetConvolutionBackwardDataAlgorithm_v7(
                    convolution.handle, convolution.filters, convolution.y, convolution.description, convolution.x,
                    CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT, count, proposals));
            for (int i = 0; i < count[0]; i++) {
                proposals.position(i);
                propose(proposals.algo(), proposals.status(), proposals.determinism());
            }
        }
    }

    @Override
    String name() {
        return "cudnnConvolutionBackwardData";
    }

    @Override
    int workspace(int proposed, SizeTPointer size) {
        return cudnnGetConvolutionBackwardDataWorkspaceSize(convolution.handle, convolution.filters, convolution.y,
                convolution.description, convolution.x, proposed, size);
    }

    @Override
    int call(int chosen, Address dy, Address filters, Address dx, Address space, long spaceBytes) {
        return cudnnConvolutionBackwardData(convolution.handle, convolution.one, convolution.filters, filters, convolution.y,
                dy, convolution.description, chosen, space, spaceBytes, convolution.zero, convolution.x, dx);
    }
}
