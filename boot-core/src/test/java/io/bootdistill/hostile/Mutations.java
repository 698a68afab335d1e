package io.bootdistill.hostile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Damaged and lying variants of a file, drawn from a seed: of bytes whatever it holds, and of JSON as such. */
final class Mutations {

    private static final String[] OTHER_FILES = {"",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "<!DOCTYPE html><html></html>", "PK\3\4\n\0\0", "\u0080\2}q\0.", "\0\0\0\0\0\0\0\0", "\u0089PNG\r\n\32\n", "null", "[]",
        "{}"};
    /** Of a length before a safetensors header. */
    private static final int LENGTH = Long.BYTES;

    private final SplittableRandom random;

    Mutations(long seed) {
        random = new SplittableRandom(seed);
    }

    /** @param name of the file: its ending says what it holds */
    byte[] of(String name, byte[] file) {
        if (random.nextInt(40) == 0) {
            return OTHER_FILES[random.nextInt(OTHER_FILES.length)].getBytes(StandardCharsets.ISO_8859_1);
        }
        boolean asJson = random.nextInt(3) > 0;
        if (asJson && name.endsWith(".json")) {
            return json(file);
        }
        if (asJson && name.endsWith(".safetensors") && file.length > LENGTH) {
            int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
            byte[] header = json(Arrays.copyOfRange(file, LENGTH, LENGTH + length));
            ByteBuffer whole = ByteBuffer.allocate(file.length - length + header.length).order(ByteOrder.LITTLE_ENDIAN);
            whole.putLong(header.length).put(header).put(file, LENGTH + length, file.length - LENGTH - length);
            return whole.array();
        }
        return bytes(file);
    }

    private byte[] json(byte[] text) {
        JsonMutation mutation = new JsonMutation(random, new String(text, StandardCharsets.UTF_8));
        return mutation.text(1 + random.nextInt(3)).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] bytes(byte[] file) {
        byte[] changed = file.clone();
        for (int i = random.nextInt(4); i >= 0 && changed.length > 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? changed.length : Math.min(changed.length, 256));
            int length = Math.min(changed.length - at, 1 + random.nextInt(64));
            switch (random.nextInt(7)) {
                case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> changed[at] = (byte) random.nextInt(256);
                case 2 -> changed = Arrays.copyOf(changed, at);
                case 3 -> changed = joined(changed, at, new byte[0], at + length);
                case 4 -> changed = joined(changed, at, Arrays.copyOfRange(changed, at, at + length), at);
                case 5 -> Arrays.fill(changed, at, at + length, random.nextBoolean() ? 0 : (byte) 0xff);
                default -> {
                    byte[] noise = new byte[length];
                    random.nextBytes(noise);
                    changed = joined(changed, at, noise, at);
                }
            }
        }
        return changed;
    }

    private static byte[] joined(byte[] file, int end, byte[] middle, int begin) {
        byte[] joined = Arrays.copyOf(file, end + middle.length + file.length - begin);
        System.arraycopy(middle, 0, joined, end, middle.length);
        System.arraycopy(file, begin, joined, end + middle.length, file.length - begin);
        return joined;
    }
}
