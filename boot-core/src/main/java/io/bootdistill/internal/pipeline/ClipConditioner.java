package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ConditionShape.Tokens;
import io.bootdistill.network.Model;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.text.PromptIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prompts by the text encoders of CLIP: one, whose normed states are read (Stable Diffusion, latent consistency models); or two,
 * whose states before the last layer lie side by side, with the vector of the second and the picture's size and crop (SDXL,
 * arXiv 2307.01952, §2.2).
 */
final class ClipConditioner implements Conditioner {

    private static final Logger LOG = LoggerFactory.getLogger(ClipConditioner.class);

    private final Path folder;
    private final Parts shape;
    private final boolean isNullZero;
    private final Scope scope = new Scope();
    private final List<TextEncoder> encoders = new ArrayList<>();
    private final AtomicBoolean isCutKnown = new AtomicBoolean();

    /** Reads the weights of the encoders. */
    ClipConditioner(ClipComponents components, Device device) {
        folder = components.folder().path();
        shape = components.shape();
        isNullZero = components.texts().size() > 1 && components.folder().flag("force_zeros_for_empty_prompt", true);
        try {
            components.texts().forEach(text -> encoders.add(scope.own(new TextEncoder(text, device))));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    /** The weights of an encoder. */
    Model model(int encoder) {
        return encoders.get(encoder).model();
    }

    @Override
    public void write(String prompt, int width, int height, float[] target) {
        Tokens text = (Tokens) shape.part(ConditionalUNet.TEXT).shape();
        int column = 0;
        float[] vector = {};
        for (TextEncoder encoder : encoders) {
            PromptIds ids = encoder.tokenizer().ids(prompt);
            if (ids.cut() && isCutKnown.compareAndSet(false, true)) {
                LOG.warn("{}: a prompt is longer than the {} tokens that the text encoder reads, and what is beyond is cut, here"
                        + " and in others that are longer; say it in fewer words: {}", folder, text.length(), Quoted.of(prompt));
            }
            float[] states = new float[text.length() * encoder.channels()];
            vector = encoder.encode(ids, states);
            for (int token = 0; token < text.length(); token++) {
                System.arraycopy(states, token * encoder.channels(), target, token * text.channels() + column,
                        encoder.channels());
            }
            column += encoder.channels();
        }
        System.arraycopy(vector, 0, target, shape.offset(ConditionalUNet.POOLED), vector.length);
        writeSize(width, height, target);
    }

    @Override
    public void writeNull(int width, int height, float[] target) {
        if (isNullZero) {
            Arrays.fill(target, 0);
            writeSize(width, height, target);
        } else {
            write("", width, height, target);
        }
    }

    /** The picture is given as one that was not cropped: its height and width, no crop, and both again. */
    private void writeSize(int width, int height, float[] target) {
        if (shape.part(ConditionalUNet.TIME_IDS) != null) {
            float[] ids = {height, width, 0, 0, height, width};
            System.arraycopy(ids, 0, target, shape.offset(ConditionalUNet.TIME_IDS), ids.length);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
