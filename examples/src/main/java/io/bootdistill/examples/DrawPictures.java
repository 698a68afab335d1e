package io.bootdistill.examples;

import io.bootdistill.Teacher;
import io.bootdistill.diffusion.DrawRequest;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/** Draws with a whole pipeline, as the README shows it. */
final class DrawPictures {

    private DrawPictures() {}

    static BufferedImage draw(Path pipelineFolder) {
        try (Teacher teacher = Teacher.load(pipelineFolder)) {
            List<BufferedImage> pictures = teacher.images(DrawRequest.ofPrompts("a red apple on blue").withSteps(25).withSeed(7));
            return pictures.get(0);
        }
    }
}
