package io.bootdistill.examples.ruler;

import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures a teacher of emoji at several guidance scales and numbers of steps, against its own 50 steps of the same scale on the
 * same noises: {@code MeasureTeacher TEACHER FOLDER-OF-PICTURES EXTRACTOR OUTPUT-FOLDER PICTURES SCALES STEPS}, the last two with
 * commas. Writes a row each into {@code teacher.csv} and keeps the latents, which a student can be compared with.
 */
public final class MeasureTeacher {

    private static final int REFERENCE = 50;

    private MeasureTeacher() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 7) {
            System.err.println("usage: MeasureTeacher TEACHER FOLDER-OF-PICTURES EXTRACTOR OUTPUT-FOLDER PICTURES SCALES STEPS");
            System.exit(2);
        }
        double[] scales = Arrays.stream(args[5].split(",")).mapToDouble(Double::parseDouble).toArray();
        int[] steps = Arrays.stream(args[6].split(",")).mapToInt(Integer::parseInt).toArray();
        Path folder = Path.of(args[0]);
        Device device = Devices.best();
        try (Teacher teacher = Teacher.load(folder, device);
                PromptBench bench = new PromptBench(
                        folder, Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), Integer.parseInt(args[4]), device)) {
            measure(teacher, bench, scales, steps);
        }
    }

    static List<PromptRow> measure(Teacher teacher, PromptBench bench, double[] scales, int[] steps) throws IOException {
        List<PromptRow> rows = new ArrayList<>();
        for (double scale : scales) {
            PromptBench.Drawn reference = draw(teacher, bench, REFERENCE, scale);
            for (int n : steps) {
                PromptBench.Drawn drawn = n == REFERENCE ? reference : draw(teacher, bench, n, scale);
                rows.add(bench.measure(name(n, scale), drawn, reference));
                System.out.println(rows.get(rows.size() - 1).csv());
                bench.write("teacher.csv", rows);
            }
        }
        return rows;
    }

    private static PromptBench.Drawn draw(Teacher teacher, PromptBench bench, int steps, double scale) throws IOException {
        return bench.draw(name(steps, scale), PromptModel.of(teacher, steps, scale));
    }

    /** What a teacher's latents are kept under. */
    static String name(int steps, double scale) {
        return "teacher-w" + scale + "-" + steps;
    }
}
