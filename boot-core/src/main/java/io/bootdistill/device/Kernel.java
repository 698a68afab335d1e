package io.bootdistill.device;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The operations of {@link Kernels}, by name. Left out is what no device can do without: transfers to and from the host, and the
 * preparation of weights, which belongs to the layers that read them.
 */
public enum Kernel {
    FILL,
    AFFINE,
    CONV_FORWARD,
    CONV_BACKWARD_INPUT,
    CONV_BACKWARD_WEIGHTS,
    LINEAR_FORWARD,
    LINEAR_BACKWARD_INPUT,
    LINEAR_BACKWARD_WEIGHTS,
    GROUP_NORM_FORWARD,
    GROUP_NORM_BACKWARD,
    GROUP_NORM_TANGENT,
    LAYER_NORM_FORWARD,
    LAYER_NORM_BACKWARD,
    LAYER_NORM_TANGENT,
    ACTIVATION_FORWARD,
    ACTIVATION_BACKWARD,
    GEGLU_FORWARD,
    GEGLU_BACKWARD,
    GEGLU_TANGENT,
    GATE_FORWARD,
    GATE_BACKWARD,
    GATE_TANGENT,
    SUM_ROWS_FORWARD,
    SUM_ROWS_BACKWARD,
    ATTENTION_FORWARD,
    ATTENTION_BACKWARD,
    ATTENTION_TANGENT,
    UPSAMPLE_FORWARD,
    UPSAMPLE_BACKWARD,
    DOWNSAMPLE_FORWARD,
    DOWNSAMPLE_BACKWARD,
    TIME_EMBEDDING,
    TIME_EMBEDDING_TANGENT,
    EMBEDDING_FORWARD,
    EMBEDDING_BACKWARD,
    DIVIDE_SAMPLES,
    ADD_ROWS_FORWARD,
    ADD_ROWS_BACKWARD,
    PLACE_ROWS,
    PATCHIFY,
    UNPATCHIFY,
    NEAREST_CODE,
    NOISE,
    SIGNAL_STATE,
    SIGNAL_STEP,
    BOOTSTRAP_LOSS,
    RESIDUAL_WEIGHTS,
    DISTANCE_WEIGHTS,
    ADD_SCALED,
    COMBINE,
    SUM_LANES,
    SQUARED_NORM,
    CLIP,
    ADAM_W,
    AVERAGE;

    private final String method = Pattern.compile("_(.)")
            .matcher(name().toLowerCase(Locale.ROOT))
            .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));

    /** The name of the method, for example {@code convForward}. */
    @Override
    public String toString() {
        return method;
    }
}
