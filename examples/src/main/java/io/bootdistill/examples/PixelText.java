package io.bootdistill.examples;

import java.awt.image.BufferedImage;

/** Black text in a picture, where Java has no fonts: servers and containers often come without. */
final class PixelText {

    /** Height of the text in pixels. */
    static final int HEIGHT = 14;

    private static final int SCALE = 2;
    private static final int ROWS = 7;
    private static final int COLUMNS = 5;

    private static final String LETTERS = "0123456789acdehlnprstu";

    /** Seven rows for each letter, a digit of base 32 each: five pixels. */
    private static final String[] GLYPHS = {
        "ehjlphe", "4c4444e", "eh1248v", "v2421he", "26aiv22", "vgu11he", "68guhhe", "v124888", "ehhehhe", "ehhf12c",
        "00e1fhf", "00eggge", "11djhhf", "00ehvge", "ggmphhh", "c44444e", "00mphhh", "00uhugg", "00mpggg", "00ege1u",
        "88s8896", "00hhhjd"
    };

    private PixelText() {}

    /** Draws digits and the letters of "teacher", "student", "step", "class"; others are blank. */
    static void draw(BufferedImage image, String text, int x, int y) {
        for (int i = 0; i < text.length(); i++) {
            int letter = LETTERS.indexOf(text.charAt(i));
            if (letter >= 0) {
                drawGlyph(image, GLYPHS[letter], x + i * (COLUMNS + 1) * SCALE, y);
            }
        }
    }

    private static void drawGlyph(BufferedImage image, String glyph, int x, int y) {
        for (int row = 0; row < ROWS * SCALE; row++) {
            int bits = Character.digit(glyph.charAt(row / SCALE), 32);
            for (int column = 0; column < COLUMNS * SCALE; column++) {
                boolean ink = (bits >> (COLUMNS - 1 - column / SCALE) & 1) == 1;
                if (ink && x + column < image.getWidth() && y + row < image.getHeight()) {
                    image.setRGB(x + column, y + row, 0);
                }
            }
        }
    }
}
