package io.bootdistill.diffusion;

import io.bootdistill.format.PictureFile;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ImageShape;
import io.bootdistill.text.CaptionFolder;

/** Images with a caption each, to train a teacher of prompts on. Read by several threads at once; must always give the same. */
public interface CaptionedImages extends ImageSource {

    /** The caption of an image. */
    String caption(int index);

    /**
     * The pictures of a folder, each read from its file whenever it is asked for: its largest middle part of this shape, made
     * smaller where it is larger.
     *
     * @param shape of what is read: a teacher's pictures
     */
    static CaptionedImages of(CaptionFolder folder, ImageShape shape) {
        Checks.notNull("folder", folder);
        Checks.notNull("shape", shape);
        return new CaptionedImages() {

            @Override
            public ImageShape shape() {
                return shape;
            }

            @Override
            public int count() {
                return folder.entries().size();
            }

            @Override
            public String caption(int index) {
                return folder.entries().get(index).caption();
            }

            /** @throws io.bootdistill.error.ModelFormatException naming the file and where its caption stands */
            @Override
            public void read(int index, float[] target, int offset) {
                CaptionFolder.Entry entry = folder.entries().get(index);
                PictureFile.read(entry.picture(), entry.source())
                        .write(shape.channels(), shape.height(), shape.width(), target, offset);
            }
        };
    }
}
