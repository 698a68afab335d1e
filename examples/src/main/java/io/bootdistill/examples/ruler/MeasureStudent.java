package io.bootdistill.examples.ruler;

import io.bootdistill.Student;
import io.bootdistill.Teacher;
import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures students of emoji against what their teacher makes in 50 steps, on the same held-out prompts and noises: {@code
 * MeasureStudent TEACHER FOLDER-OF-PICTURES EXTRACTOR OUTPUT-FOLDER PICTURES SCALE NAME=STUDENT …}. The teacher's steps start as those
 * that students learn from; beside them stand its steps from the noise alone, by the format's sampler. Writes {@code student.csv}.
 */
public final class MeasureStudent {

    private static final int REFERENCE = 50;
    private static final int OTHERS = 6;

    private MeasureStudent() {}

    public static void main(String[] args) throws IOException {
        if (args.length <= OTHERS) {
            System.err.println("usage: MeasureStudent TEACHER FOLDER-OF-PICTURES EXTRACTOR OUTPUT-FOLDER PICTURES SCALE NAME=STUDENT …");
            System.exit(2);
        }
        Device device = Devices.best();
        double scale = Double.parseDouble(args[5]);
        Path folder = Path.of(args[0]);
        try (PromptBench bench = new PromptBench(
                folder, Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), Integer.parseInt(args[4]), device)) {
            PromptBench.Drawn reference;
            List<PromptRow> rows = new ArrayList<>();
            try (Teacher teacher = Teacher.load(folder, device)) {
                reference = bench.draw("reference-w" + scale, PromptModel.reference(teacher, REFERENCE, scale));
                rows.add(bench.measure("reference-w" + scale, reference, reference));
                String stock = MeasureTeacher.name(REFERENCE, scale);
                rows.add(bench.measure(stock, bench.draw(stock, PromptModel.of(teacher, REFERENCE, scale)), reference));
            }
            for (int i = OTHERS; i < args.length; i++) {
                String name = args[i].substring(0, args[i].indexOf('='));
                try (Student student = Student.load(Path.of(args[i].substring(name.length() + 1)), device)) {
                    rows.add(bench.measure(name, bench.draw(name, PromptModel.of(student)), reference));
                }
                System.out.println(rows.get(rows.size() - 1).csv());
            }
            bench.write("student.csv", rows);
            rows.forEach(row -> System.out.println(row.csv()));
        }
    }
}
