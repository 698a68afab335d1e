package io.bootdistill.format;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** The element types of a safetensors file. Values are little-endian. */
public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    U16(2),
    I16(2),
    F16(2),
    BF16(2),
    U32(4),
    I32(4),
    F32(4),
    U64(8),
    I64(8),
    F64(8);

    /** Values that are converted at a time. */
    private static final int PIECE = 1 << 11;

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements can be fractions, infinite or NaN. */
    public boolean isFloating() {
        return this == F16 || this == BF16 || this == F32 || this == F64;
    }

    /** The element that starts at byte {@code at}; exact but for 64-bit integers beyond 2^53, which are rounded. */
    double valueAt(ByteBuffer data, int at) {
        return switch (this) {
            case BOOL -> data.get(at) == 0 ? 0 : 1;
            case U8 -> Byte.toUnsignedInt(data.get(at));
            case I8 -> data.get(at);
            case U16 -> Short.toUnsignedInt(data.getShort(at));
            case I16 -> data.getShort(at);
            case F16 -> halfToFloat(data.getShort(at));
            case BF16 -> Float.intBitsToFloat(data.getShort(at) << 16);
            case U32 -> Integer.toUnsignedLong(data.getInt(at));
            case I32 -> data.getInt(at);
            case F32 -> data.getFloat(at);
            case U64 -> unsignedToDouble(data.getLong(at));
            case I64 -> data.getLong(at);
            case F64 -> data.getDouble(at);
        };
    }

    /** Appends {@code count} elements, which lie one behind the other from the start of {@code data}, as float32. */
    void convert(ByteBuffer data, int count, FloatBuffer into) {
        switch (this) {
            case F32 -> into.put(data.asFloatBuffer());
            case F16, BF16 -> widen(data.asShortBuffer(), count, into);
            default -> {
                for (int i = 0; i < count; i++) {
                    into.put((float) valueAt(data, i * bytes));
                }
            }
        }
    }

    /** From array to array, in pieces that stay in the nearest cache: faster than from buffer to buffer. */
    private void widen(ShortBuffer data, int count, FloatBuffer into) {
        short[] halves = new short[Math.min(count, PIECE)];
        float[] values = new float[halves.length];
        for (int done = 0; done < count; ) {
            int length = Math.min(count - done, PIECE);
            data.get(halves, 0, length);
            if (this == F16) {
                for (int i = 0; i < length; i++) {
                    values[i] = Halves.VALUES[halves[i] & 0xffff];
                }
            } else {
                for (int i = 0; i < length; i++) {
                    values[i] = Float.intBitsToFloat(halves[i] << 16);
                }
            }
            into.put(values, 0, length);
            done += length;
        }
    }

    /** Whether a value is one of this type's, so that nothing is lost by {@link #put}; false for integers. */
    public boolean holds(float value) {
        return switch (this) {
            case F16 -> Float.floatToRawIntBits(halfToFloat(floatToHalf(value))) == Float.floatToRawIntBits(value);
            case BF16 -> (Float.floatToRawIntBits(value) & 0xffff) == 0;
            case F32, F64 -> true;
            default -> false;
        };
    }

    /** Writes values that this type holds behind the other, from the buffer's position on; of floating types alone. */
    void put(FloatBuffer values, ByteBuffer into) {
        while (values.hasRemaining()) {
            float value = values.get();
            switch (this) {
                case F16 -> into.putShort(floatToHalf(value));
                case BF16 -> into.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                case F32 -> into.putFloat(value);
                case F64 -> into.putDouble(value);
                default -> throw new IllegalArgumentException("dtype is " + this + ", must be of a floating type");
            }
        }
    }

    /** The binary16 of a value that is one, NaN of any kind included; of any other value, some neighbour. */
    static short floatToHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int exponent = bits >>> 23 & 0xff;
        if (exponent == 0xff) {
            return (short) (sign | 0x7c00 | bits >>> 13 & 0x3ff);
        }
        if (exponent < 127 - 14) { // zero and subnormals: multiples of 2^-24
            return (short) (sign | (int) (Math.abs(value) * 0x1p24f));
        }
        return (short) (sign | Math.min(exponent - 127 + 15, 0x1e) << 10 | bits >>> 13 & 0x3ff);
    }

    /** IEEE 754 binary16 to binary32, exact. */
    static float halfToFloat(short half) {
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        int sign = (half & 0x8000) << 16;
        if (exponent == 0) { // zero and subnormals: multiples of 2^-24
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wideExponent = exponent == 0x1f ? 0xff : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | wideExponent << 23 | fraction << 13);
    }

    /** Of every binary16: looked up in a third of the time that it takes to compute. Made when first needed. */
    private static final class Halves {

        private static final float[] VALUES = new float[1 << 16];

        static {
            for (int i = 0; i < VALUES.length; i++) {
                VALUES[i] = halfToFloat((short) i);
            }
        }
    }

    private static double unsignedToDouble(long value) {
        // halved with the lost bit kept (round to odd), so that the rounding happens once
        return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
    }
}
