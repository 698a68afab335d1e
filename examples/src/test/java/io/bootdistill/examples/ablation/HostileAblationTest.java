package io.bootdistill.examples.ablation;

import io.bootdistill.examples.report.RunMetrics;
import io.bootdistill.hostile.HostileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of an ablation and of a run's metrics, damaged or lying. */
final class HostileAblationTest {

    private static final int FEW = 1_000;
    private static final int MANY = 60_000;

    @TempDir
    private Path folder;

    private List<HostileReader> readers() throws IOException {
        new AblationResult("defaults", "none", new Budget(10, true), 5, 640, 1.5, 1L << 20,
                Map.of("rmse", 0.1, "frechet", Double.NaN), "").write(at("result"));
        new Setting(1, 100, "reference", 4, 2, "a", "b", null, "c", null).settle(at("setting"));
        Files.writeString(at("paces").resolve("paces.json"), "{\"imagesPerMinute\": {\"defaults\": 4321.5, \"adam\": 1e4}}");
        Files.writeString(at("recipes").resolve("recipes.json"),
                "{\"defaults\": {}, \"soft\": {\"corrector\": {\"weight\": 5}}, \"adam\": {\"optimiser\": {\"rule\": \"ADAM\"}}}");
        Files.writeString(at("metrics").resolve("metrics.csv"),
                "step,images,loss,paired_rmse,images_per_second\n10,640,0.25,,910.5\n20,1280,0.125,0.5,905.0\n");
        return List.of(
                reader("result", AblationResult::read),
                reader("setting", each -> JsonFiles.read(each.resolve("ablation.json"), Setting.class, setting -> true)),
                reader("paces", Paces::new),
                reader("recipes", each -> Recipes.read(each.resolve("recipes.json"))),
                reader("metrics", each -> RunMetrics.read(each.resolve("metrics.csv")).minutes()));
    }

    private Path at(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    private HostileReader reader(String name, HostileReader.Reading reading) {
        return new HostileReader(name, folder.resolve(name), List.of(), reading);
    }

    private void attack(int trials) throws Exception {
        List<HostileReader> readers = readers();
        for (HostileReader reader : readers) {
            reader.attack(1, trials / readers.size());
        }
    }

    @Test
    void few() throws Exception {
        attack(FEW);
    }

    @Test
    @Tag("hostile")
    void many() throws Exception {
        attack(MANY);
    }
}
