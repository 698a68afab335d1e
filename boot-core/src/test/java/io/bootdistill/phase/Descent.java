package io.bootdistill.phase;

import io.bootdistill.lesson.Lesson;
import io.bootdistill.network.Model;
import io.bootdistill.objective.LessonRoom;

/** Adam on the host, for lessons without a trainer. */
final class Descent {

    private final LessonRoom room;
    private final Model student;
    private final double rate;
    private final double[] m;
    private final double[] v;
    private int updates;

    Descent(LessonRoom room, Model student, double rate) {
        this.room = room;
        this.student = student;
        this.rate = rate;
        m = new double[Math.toIntExact(student.parameters().length())];
        v = new double[m.length];
    }

    /** Takes so many steps from the first on, and tells the mean of their losses. */
    double mean(Lesson lesson, long first, int steps) {
        double sum = 0;
        for (long step = first; step < first + steps; step++) {
            sum += room.run(lesson, step).total() / steps;
            update();
        }
        return sum;
    }

    private void update() {
        float[] gradient = room.gradient();
        float[] weights = room.values(student.parameters());
        updates++;
        for (int i = 0; i < weights.length; i++) {
            m[i] += 0.1 * (gradient[i] - m[i]);
            v[i] += 0.01 * ((double) gradient[i] * gradient[i] - v[i]);
            double mean = m[i] / (1 - Math.pow(0.9, updates));
            weights[i] -= (float) (rate * mean / (Math.sqrt(v[i] / (1 - Math.pow(0.99, updates))) + 1e-8));
        }
        room.kernels().upload(weights, 0, student.parameters());
        student.prepare(room.kernels(), 0, 1);
    }
}
