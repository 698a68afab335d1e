package io.bootdistill;

import io.bootdistill.network.Parameter;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What identifies a teacher: the hash of its weights and configuration, or the class of a user's own. */
final class TeacherKey {

    private TeacherKey() {}

    static String of(Teacher teacher) {
        if (!(teacher instanceof NetworkTeacher known)) {
            return teacher.getClass().getName();
        }
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
        String text = "UNet[config=" + known.network().config() + "] " + known.scheduler(); // of the format, without extras
        digest.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        known.model().save((parameter, values) -> update(digest, parameter, values));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static void update(MessageDigest digest, Parameter parameter, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        digest.update(parameter.name().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        digest.update(bytes.array());
    }
}
