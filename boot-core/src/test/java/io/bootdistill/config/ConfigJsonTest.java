package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.config.DistillationConfig.Builder;
import io.bootdistill.diffusion.SignalOde.Solver;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.lesson.Assignment;
import io.bootdistill.lesson.Classroom;
import io.bootdistill.lesson.Lesson;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.lesson.StepSize;
import io.bootdistill.matching.Corrector;
import io.bootdistill.matching.Matching;
import io.bootdistill.matching.OnlineSamples;
import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Boundary;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.TimeSampling;
import io.bootdistill.objective.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What JSON means that names some values, and what it says to what it refuses. */
@Tag("fast")
class ConfigJsonTest {

    @TempDir
    private Path folder;

    private static DistillationConfig over(Builder builder, String json) {
        return builder.values(json, "mine").build();
    }

    private static DistillationConfig overDefaults(String json) {
        return over(DistillationConfig.builder(), json);
    }

    @Test
    void noValuesChangeNothing() {
        assertEquals(DistillationConfig.paper().seed(9).build(), over(DistillationConfig.paper().seed(9), "{}"));
    }

    @Test
    void someValuesOfAGroupLeaveItsOthers() {
        assertEquals(DistillationConfig.builder().batch(128).workers(3).lanes(5).build(),
                over(DistillationConfig.builder().workers(3).lanes(5), "{\"work\": {\"batch\": 128}}"));
        assertEquals(DistillationConfig.builder().minutes(3).seed(4).build(),
                over(DistillationConfig.builder().minutes(3), "{\"seed\": 4}"));
        assertEquals(DistillationConfig.builder().batch(48).images(96).build(),
                DistillationConfig.builder().values("{\"work\": {\"batch\": 48}}", "mine").images(96).build(), "not yet checked");
    }

    @Test
    void aCorrectorBeginsWithTheOneThatIsThere() {
        assertEquals(DistillationConfig.builder().corrector(new Corrector(0.25, 0.75, 5, 1e-3, 0.5)).build(),
                overDefaults("{\"corrector\": {\"weight\": 5}}"));
        assertEquals(DistillationConfig.builder().corrector(new Corrector(1, 0.75, 5, 3e-4, 1)).build(),
                over(DistillationConfig.builder().corrector(new Corrector(1, 0.75, 3, 3e-4, 1)),
                        "{\"corrector\": {\"weight\": 5}}"));
        assertEquals(DistillationConfig.builder().corrector(Corrector.defaults().withOnline(new OnlineSamples.Own(5, 1))
                        .withMatching(new Matching.Through(1.2)).withWeighting(Matching.Weighting.ERROR)).build(),
                overDefaults("{\"corrector\": {\"weighting\": \"ERROR\", \"matching\": {\"through\": {\"a\": 1.2}},"
                        + " \"online\": {\"own\": {\"updates\": 5, \"guidance\": 1}}}}"));
        assertEquals(DistillationConfig.builder().corrector(Corrector.defaults()).build(),
                overDefaults("{\"corrector\": {\"matching\": \"stopped\", \"online\": \"shared\"}}"));
        assertEquals(DistillationConfig.builder().noCorrector().build(), overDefaults("{\"corrector\": \"none\"}"));
        assertEquals(DistillationConfig.builder().build(),
                over(DistillationConfig.builder().noCorrector(), "{\"corrector\": \"automatic\"}"));
    }

    @Test
    void phasesAndObjectivesBeginWithTheirDefaults() {
        assertEquals(DistillationConfig.builder().objective(Bootstrap.defaults()).build(),
                over(DistillationConfig.paper().images(256_000).corrector(new CorrectorChoice.Automatic())
                        .optimiser(DistillationConfig.builder().build().optimiser()),
                        "{\"phases\": [{\"objective\": \"bootstrap\"}]}"));
        assertEquals(DistillationConfig.builder().objective(Trajectories.defaults().withUses(8, 96)).build(),
                overDefaults("{\"phases\": [{\"objective\": {\"trajectories\": {\"uses\": 8}}}]}"));
        Bootstrap term = Bootstrap.defaults().withSolver(Solver.DDIM).withBoundary(new Boundary.Term(0.2, 3));
        assertEquals(
                DistillationConfig.builder().phases(
                        new Phase(0.2, Trajectories.defaults().withEnd(0.2), ResidualWeighting.defaults()),
                        new Phase(0.8, term, new ResidualWeighting(0, 1e-3))).build(),
                overDefaults("{\"phases\": [{\"share\": 0.2, \"objective\": {\"trajectories\": {\"end\": 0.2}}}, {\"share\": 0.8,"
                        + " \"objective\": {\"bootstrap\": {\"solver\": \"DDIM\", \"boundary\": {\"term\": {\"share\": 0.2,"
                        + " \"beta\": 3}}}}, \"weighting\": {\"power\": 0}}]}"));
    }

    @Test
    void limits() {
        assertEquals(Limit.to(1.5), overDefaults("{\"clip\": {\"to\": {\"value\": 1.5}}}").clip());
        assertEquals(Limit.none(), overDefaults("{\"clip\": \"none\"}").clip());
        assertEquals(Limit.none(), overDefaults("{\"clip\": {\"none\": {}}}").clip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"sede\": 1}                          | mine: unknown key sede; the nearest is seed",
        "{\"optimiser\": {\"rat\": 1}}          | mine: optimiser: unknown key rat; the nearest is rate",
        "{\"work\": {\"workers\": 1}}           | mine: work: unknown key workers; the nearest is lanes",
        "{\"optimiser\": {\"rate\": 2}}         | mine: optimiser: rate of the optimiser is 2.0, must be in (0, 1]",
        "{\"optimiser\": {\"rule\": \"SGD\"}}   | mine: optimiser.rule is \"SGD\", must be one of [ADAM, MUON]",
        "{\"seed\": 1e30}                       | mine: seed is 1e30, must be a whole number of 64 bits",
        "{\"seed\": null}                       | mine: seed is null, must be a number",
        "{\"phases\": {}}                       | mine: phases is {}, must be a list",
        "{\"phases\": [1]}                      | mine: phases[0] is 1, must be an object of its values",
        "{\"phases\": [{\"objective\": \"botstrap\"}]} | mine: phases[0].objective: unknown key botstrap;"
                + " the nearest is bootstrap",
        "{\"phases\": [{\"objective\": {\"bootstrap\": {\"delta\": {\"start\": 9}}}}]} | mine:"
                + " phases[0].objective.bootstrap.delta: start of delta is 9.0, must be in (0, 0.5]",
        "{\"phases\": [{\"objective\": {\"bootstrap\": {\"boundary\": {\"term\": {\"share\": 0.1}}}}}]} | mine:"
                + " phases[0].objective.bootstrap.boundary.term.beta is missing",
        "{\"phases\": [{\"objective\": {\"bootstrap\": {\"boundary\": {\"hard\": {\"a\": 1}}}}}]} | mine:"
                + " phases[0].objective.bootstrap.boundary.hard: unknown key a; it has none",
        "{\"phases\": [{\"objective\": {\"pinn\": {}, \"bootstrap\": {}}}]} | mine: phases[0].objective is"
                + " {\"pinn\":{},\"bootstrap\":{}}, must be one of bootstrap, cmt, consistency, derivative, direct,"
                + " pinn, progressive, tract, trajectories, alone or as the only key of an object of its values",
        "{\"corrector\": 1} | mine: corrector is 1, must be one of automatic, none, or an object of the corrector's values",
        "{\"corrector\": \"given\"} | mine: corrector is \"given\", must be one of automatic, none, or an object of the"
                + " corrector's values",
        "{\"clip\": 1} | mine: clip is 1, must be one of none, ofScheduler, to, alone or as the only key of an object of its"
                + " values",
        "{\"layout\": 3} | mine: layout is 3, must be 2, which this version reads; use the version that wrote it, or a newer one",
        "{\"seed\": 1, \"seed\": 2} | mine has two entries named seed; remove one",
        "[] | mine does not hold a JSON object; correct it, or copy it again",
    })
    void mistakesAreRefusedByTheirWay(String json, String message) {
        assertEquals(message, assertThrows(ModelFormatException.class, () -> overDefaults(json)).getMessage());
    }

    @Test
    void filesOfOtherVersionsAreRefused() throws IOException {
        Path old = Files.writeString(folder.resolve("config.json"), "{\"images\": 256000, \"batch\": 64}");
        String message = assertThrows(ModelFormatException.class, () -> DistillationConfig.read(old)).getMessage();
        assertTrue(message.startsWith(old + " names no layout: it is of version 0.1.0"), message);
        Path newer = Files.writeString(folder.resolve("newer.json"), "{\"layout\": 3, \"lenght\": 1}");
        message = assertThrows(ModelFormatException.class, () -> DistillationConfig.read(newer)).getMessage();
        assertTrue(message.startsWith(newer + ": layout is 3, must be 2"), message);
    }

    /** What does not fit together is the file's fault, too. */
    @Test
    void groupsThatDoNotFitAreRefused() throws IOException {
        String json = DistillationConfig.builder().build().toJson().replace("\"images\": 256000", "\"images\": 100");
        Path file = Files.writeString(folder.resolve("config.json"), json);
        assertEquals(file + ": images is 100, must be a positive multiple of batch 64",
                assertThrows(ModelFormatException.class, () -> DistillationConfig.read(file)).getMessage());
    }

    // ---- an objective from outside

    /** With a component of each kind that there is. */
    record Own(double share, int count, long images, boolean careful, TimeSampling times, Boundary boundary, Corrector corrector)
            implements Objective {

        static final Own EXAMPLE =
                new Own(0.5, 3, 1L << 40, false, TimeSampling.UNIFORM, new Boundary.Hard(), Corrector.defaults());

        @Override
        public String key() {
            return "own";
        }

        @Override
        public double passes(StepSize size) {
            return 0;
        }

        @Override
        public Lesson lesson(Classroom room, Assignment assignment) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void objectivesFromOutside() throws IOException {
        Own own = new Own(0.1, 7, 9, true, TimeSampling.STRATIFIED, new Boundary.Atom(0.3), new Corrector(1, 0, 1, 1, 1));
        DistillationConfig config = DistillationConfig.builder().objective(own).build();
        Path file = Files.writeString(folder.resolve("config.json"), config.toJson());
        assertEquals(config, DistillationConfig.read(file, Own.EXAMPLE));
        assertTrue(assertThrows(ModelFormatException.class, () -> DistillationConfig.read(file)).getMessage()
                .endsWith("phases[0].objective: unknown key own; the nearest is cmt"));
        assertEquals(
                DistillationConfig.builder()
                        .objective(new Own(
                                0.5, 4, 1L << 40, true, TimeSampling.UNIFORM, new Boundary.Hard(), Corrector.defaults()))
                        .build(),
                over("{\"count\": 4, \"careful\": true}").build());
        assertEquals("mine: phases[0].objective.own.careful is 1, must be true or false",
                assertThrows(ModelFormatException.class, () -> over("{\"careful\": 1}")).getMessage());
    }

    private static Builder over(String own) {
        return DistillationConfig.builder()
                .values("{\"phases\": [{\"objective\": {\"own\": " + own + "}}]}", "mine", Own.EXAMPLE);
    }

    @Test
    void keysOfObjectivesAreUnique() {
        record Impostor() implements Objective {

            @Override
            public String key() {
                return "bootstrap";
            }

            @Override
            public double passes(StepSize size) {
                return 0;
            }

            @Override
            public Lesson lesson(Classroom room, Assignment assignment) {
                throw new UnsupportedOperationException();
            }
        }
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> DistillationConfig.builder().values("{}", "mine", new Impostor()));
        assertEquals("key of an objective is bootstrap, must be one that no other objective has", refused.getMessage());
    }
}
