package io.bootdistill.examples;

import io.bootdistill.CaptionTrainer;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.text.CaptionFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A teacher of prompts and the captioned pictures that it is trained on. */
record CaptionTraining(CaptionFolder folder) {

    /** Pictures at a checkpoint: each takes many steps. */
    static final int PICTURES = 16;

    /** Learning rate for weights that have learnt before. */
    static final double RATE = 1e-4;

    static CaptionTraining read(Path folder) {
        return new CaptionTraining(CaptionFolder.read(folder));
    }

    /** Refuses captions where nothing reads them. */
    static void requireNone(Path folder) {
        if (Files.exists(folder.resolve(CaptionFolder.METADATA))) {
            throw new Failure(folder + " holds captions, " + CaptionFolder.METADATA + ": name the pipeline that is to read them by"
                    + " --from, or take the file out to train on pictures alone");
        }
    }

    String description() {
        long captions = folder.entries().stream().map(CaptionFolder.Entry::caption).distinct().count();
        return folder.entries().size() + " with " + captions + " different captions";
    }

    List<String> leftOut() {
        return folder.leftOut();
    }

    /** @param config null where the run in the folder goes on */
    void run(CaptionTrainer trainer, TeacherTrainingConfig.Builder config, boolean randomWeights, Path out, int threads)
            throws IOException {
        CaptionedImages images = CaptionedImages.of(folder, trainer.picture());
        if (config == null) {
            trainer.resume(images, out, threads).close();
        } else {
            (randomWeights ? trainer.randomWeights() : trainer).train(images, config.build()).close();
        }
    }
}
