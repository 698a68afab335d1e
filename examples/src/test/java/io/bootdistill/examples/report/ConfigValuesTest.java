package io.bootdistill.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import io.bootdistill.config.DistillationConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigValuesTest {

    @Test
    void valuesAreNamedByTheirWay() {
        Map<String, String> values = ConfigValues.of(JsonParser.parseString(
                "{\"b\": {\"c\": 6e-4, \"a\": [{\"x\": true}, \"y\", {\"hard\": {}}]}, \"n\": null}").getAsJsonObject());
        assertEquals(List.of("b.c", "b.a[0].x", "b.a[1]", "b.a[2].hard", "n"), List.copyOf(values.keySet()));
        assertEquals(List.of("6e-4", "true", "y", "", "null"), List.copyOf(values.values()));
    }

    @Test
    void ofAConfiguration() {
        Map<String, String> values = ConfigValues.of(DistillationConfig.builder().learningRate(0.25).build());
        assertEquals("0.25", values.get("optimiser.rate"));
        assertEquals("10", values.get("phases[0].objective.trajectories.steps"));
        assertEquals("automatic", values.get("corrector"));
    }
}
