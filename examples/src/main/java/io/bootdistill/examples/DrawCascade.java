package io.bootdistill.examples;

import io.bootdistill.Cascade;
import io.bootdistill.diffusion.DrawRequest;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/** Draws with two students, as the README shows it. */
final class DrawCascade {

    private DrawCascade() {}

    static List<BufferedImage> draw(Path firstStudent, Path secondStudent) {
        try (Cascade cascade = Cascade.load(firstStudent, secondStudent)) {
            return cascade.images(DrawRequest.ofLabels(7, 9).withSeed(1));
        }
    }
}
