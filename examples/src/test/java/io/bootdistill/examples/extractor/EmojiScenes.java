package io.bootdistill.examples.extractor;

import io.bootdistill.device.Device;
import io.bootdistill.device.Philox;
import io.bootdistill.format.DType;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** A folder of captioned pictures that needs no data set: discs and squares, filled or not, on two grounds. */
public final class EmojiScenes {

    static final List<String> CONCEPTS = List.of("disc", "square");
    static final List<String> STYLES = List.of("empty", "filled");
    static final List<String> GROUNDS = List.of("black", "blue");

    private EmojiScenes() {}

    /** Writes pictures, the concepts in turn, style and ground at random. */
    public static void write(Path folder, int count, long seed) throws IOException {
        Files.createDirectories(folder.resolve("pictures"));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int style = (int) (2 * Philox.uniform(seed, 0, i));
            int ground = (int) (2 * Philox.uniform(seed, 1, i));
            String name = "pictures/" + i + ".png"; // not in the order of the names
            ImageIO.write(draw(i % 2, style, ground, (int) (20 * Philox.uniform(seed, 2, i))), "png",
                    folder.resolve(name).toFile());
            lines.add(line(name, CONCEPTS.get(i % 2), STYLES.get(style), GROUNDS.get(ground)));
        }
        Files.write(folder.resolve("metadata.jsonl"), lines);
    }

    /** Writes a classifier of the folder's pictures that has learnt next to nothing. */
    public static void writeClassifier(Path folder, Device device) throws IOException {
        EmojiPictures pictures = EmojiPictures.read(folder);
        try (ClassifierTraining training = new ClassifierTraining(
                device, EmojiClassifier.network(pictures.words()), pictures.training(), 0, 1, 1, 1)) {
            training.run(0);
            training.save(folder.resolve(Classifier.FILE), DType.F16, pictures.words().metadata());
        }
    }

    static String line(String name, String concept, String style, String ground) {
        return String.format("{\"file_name\": \"%s\", \"concept\": \"%s\", \"style\": \"%s\", \"ground\": \"%s\"}",
                name, concept, style, ground);
    }

    private static BufferedImage draw(int concept, int style, int ground, int at) {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(ground == 0 ? Color.BLACK : Color.BLUE);
        pen.fillRect(0, 0, 64, 64);
        pen.setColor(Color.YELLOW);
        if (concept == 0) {
            pen.fillOval(at, 12, 36, 36);
        } else {
            pen.fillRect(at, 12, 36, 36);
        }
        if (style == 0) {
            pen.setColor(Color.DARK_GRAY);
            pen.fillOval(at + 10, 22, 16, 16);
        }
        pen.dispose();
        return image;
    }
}
