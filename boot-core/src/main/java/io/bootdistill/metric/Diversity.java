package io.bootdistill.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Whether a student's samples differ from each other as much as the teacher's: a collapsed student's do not. */
public final class Diversity {

    /** So many members of a class are compared, 2016 pairs: enough for two digits, at a cost that does not grow. */
    private static final int COMPARED = 64;

    private Diversity() {}

    /**
     * The mean distance between two samples of one class, student : teacher, averaged over the classes. Of each class the
     * first 64 samples are compared.
     *
     * @param classes class of each sample
     * @return about 1 for a faithful student; NaN where no class has two different samples
     */
    public static double ratio(float[] student, float[] teacher, float[] classes) {
        return perClass(student, teacher, classes).values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
    }

    /** The ratio of each class in which the teacher has two different samples, by class. */
    public static SortedMap<Float, Double> perClass(float[] student, float[] teacher, float[] classes) {
        Objects.requireNonNull(student, "student is missing");
        Objects.requireNonNull(teacher, "teacher is missing");
        Objects.requireNonNull(classes, "classes is missing");
        SortedMap<Float, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < classes.length; i++) {
            List<Integer> samples = members.computeIfAbsent(classes[i], key -> new ArrayList<>());
            if (samples.size() < COMPARED) {
                samples.add(i);
            }
        }
        int size = student.length / classes.length;
        SortedMap<Float, Double> ratios = new TreeMap<>();
        members.forEach((label, samples) -> {
            double reference = meanDistance(teacher, samples, size);
            if (reference > 0) {
                ratios.put(label, meanDistance(student, samples, size) / reference);
            }
        });
        return ratios;
    }

    private static double meanDistance(float[] values, List<Integer> samples, int size) {
        double sum = 0;
        long pairs = 0;
        for (int i = 0; i < samples.size(); i++) {
            for (int k = i + 1; k < samples.size(); k++) {
                sum += distance(values, samples.get(i) * size, samples.get(k) * size, size);
                pairs++;
            }
        }
        return pairs == 0 ? 0 : sum / pairs;
    }

    private static double distance(float[] values, int a, int b, int size) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double difference = (double) values[a + i] - values[b + i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
