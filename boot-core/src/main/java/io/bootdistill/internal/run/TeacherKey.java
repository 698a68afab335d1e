package io.bootdistill.internal.run;

import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.network.Model;
import io.bootdistill.network.Network;
import io.bootdistill.network.Parameter;
import io.bootdistill.network.ParameterReader;
import io.bootdistill.network.UNet;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What identifies a teacher: the hash of its weights and configuration, or the class of a user's own. */
public final class TeacherKey {

    /** Images that a key is made of: a source may be slow. */
    private static final int IMAGES = 256;

    private TeacherKey() {}

    public static String of(TeacherModel teacher) {
        if (!teacher.isNetwork()) {
            return teacher.denoiser().getClass().getName();
        }
        return of(teacher.model(), teacher.scheduler());
    }

    /** Of weights. */
    public static String of(Model model, @Nullable SchedulerConfig scheduler) {
        MessageDigest digest = digest();
        update(digest, text(model.graph().network(), scheduler));
        FloatBuffer piece = FloatBuffer.allocate(1 << 16);
        try (ParameterReader reader = model.reader()) {
            for (Parameter parameter : model.graph().layout().all()) {
                update(digest, parameter.name());
                for (long first = 0; first < parameter.size(); first += piece.limit()) {
                    piece.clear().limit((int) Math.min(piece.capacity(), parameter.size() - first));
                    reader.read(parameter, first, piece);
                    update(digest, piece.flip());
                }
            }
        }
        return hex(digest);
    }

    /**
     * What identifies the training of a teacher: its network and scheduler, all labels and captions, and images spread over the
     * source.
     */
    public static String of(Network network, SchedulerConfig scheduler, ImageSource images) {
        MessageDigest digest = digest();
        int count = images.count();
        update(digest, text(network, scheduler) + " " + count);
        float[] labels = new float[count];
        for (int i = 0; i < count; i++) {
            labels[i] = images.label(i);
        }
        update(digest, labels);
        for (int i = 0; i < count && images instanceof CaptionedImages captioned; i++) {
            update(digest, captioned.caption(i) + "\n");
        }
        float[] values = new float[images.shape().size()];
        for (int i = 0; i < Math.min(count, IMAGES); i++) {
            images.read((int) ((long) i * count / Math.min(count, IMAGES)), values, 0);
            update(digest, values);
        }
        return hex(digest);
    }

    /** What the format says of a network, without further inputs of a student's. */
    private static String text(Network network, @Nullable SchedulerConfig scheduler) {
        if (!(network instanceof UNet unet)) {
            return network + " " + scheduler;
        }
        return "UNet[config=" + unet.config() + (unet.small() == null ? "" : ", " + unet.small()) + "] " + scheduler;
    }

    /** What identifies a text. */
    static String of(String text) {
        MessageDigest digest = digest();
        update(digest, text);
        return hex(digest);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void update(MessageDigest digest, float[] values) {
        update(digest, FloatBuffer.wrap(values));
    }

    private static void update(MessageDigest digest, FloatBuffer values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.remaining());
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }
}
