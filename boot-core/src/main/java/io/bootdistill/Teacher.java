package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.SignalCoefficients;
import io.bootdistill.diffusion.Denoiser;
import io.bootdistill.diffusion.NoiseSchedule;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.format.SchedulerConfig;
import io.bootdistill.internal.diffusers.DiffusersFolder;
import io.bootdistill.internal.diffusers.ModelWeights;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.sampling.BlockInputs;
import io.bootdistill.internal.sampling.Samples;
import io.bootdistill.internal.sampling.TeacherModel;
import io.bootdistill.internal.sampling.TeacherPlan;
import io.bootdistill.internal.work.Layout;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pretrained diffusion model on a device: the network, its noise schedule and what its outputs mean, as a diffusers folder
 * holds them. {@link #load} reads one; {@link #close} frees its memory. Immutable; any number of threads may sample it.
 */
public final class Teacher implements Denoiser {

    private static final Logger LOG = LoggerFactory.getLogger(Teacher.class);

    private final UNet network;
    private final SchedulerConfig scheduler;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final int nullLabel;
    private final Model model;

    /** Takes over the ownership of the model. */
    Teacher(UNet network, SchedulerConfig scheduler, int nullLabel, Model model) {
        this.network = network;
        this.scheduler = scheduler;
        this.prediction = Prediction.of(scheduler);
        this.schedule = NoiseSchedule.of(scheduler);
        this.nullLabel = nullLabel;
        this.model = model;
    }

    /**
     * Reads a teacher from a diffusers folder, nested ({@code unet/}, {@code scheduler/}) or flat, onto the best device.
     *
     * @throws io.bootdistill.error.ModelFormatException if a file cannot be read, is damaged or holds something else
     * @throws IllegalArgumentException if the network or the scheduler is not supported, by name
     */
    public static Teacher load(Path folder) throws IOException {
        return load(folder, Devices.best());
    }

    /** Reads a teacher onto the given device; it will be distilled there. */
    public static Teacher load(Path path, Device device) throws IOException {
        DiffusersFolder folder = DiffusersFolder.open(path);
        if (StudentFolder.readGuidance(folder).isWide()) {
            throw new ModelFormatException(path + " holds a student that is told the guidance scale; use Student.load");
        }
        if (StudentFolder.hasTwoTimes(folder)) {
            throw new ModelFormatException(path + " holds a student that is told two times; use Student.load");
        }
        UNet network = readNetwork(folder);
        SchedulerConfig scheduler = folder.scheduler();
        if (!scheduler.unknownKeys().isEmpty()) {
            LOG.warn("{} scheduler_config.json has keys without a meaning here: {}", path, scheduler.unknownKeys());
        }
        int nullLabel = folder.nullClass().orElse(-1);
        if (network.condition() instanceof ConditionShape.Label label && nullLabel >= label.count()) {
            throw new ModelFormatException(path + ": null_class in model_index.json is " + nullLabel
                    + ", must be a label 0 … " + (label.count() - 1));
        }
        Model model = readModel(folder, network, device, false);
        return new Teacher(network, scheduler, nullLabel, model);
    }

    static UNet readNetwork(DiffusersFolder folder) {
        String source = folder.path() + " config.json";
        String json = folder.networkConfig().toString();
        UNet network = new UNet(UNetConfig.parse(json, source));
        Set<String> unknown = UNetConfig.unknownKeys(json, source);
        unknown.remove(StudentFolder.MARK);
        unknown.remove(StudentFolder.GUIDANCE);
        unknown.remove(StudentFolder.TWO_TIMES);
        if (!unknown.isEmpty()) {
            LOG.warn("{} has keys without a meaning here: {}", source, unknown);
        }
        return network;
    }

    static Model readModel(DiffusersFolder folder, UNet network, Device device, boolean gradient) {
        try (ModelWeights weights = folder.openWeights()) {
            weights.requireFinite();
            Model model = new Model(Graph.of(network), device, gradient);
            try {
                model.load(parameter -> {
                    weights.requireShape(parameter.name(), parameter.shape());
                    return weights.floats(parameter.name());
                });
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
            if (!weights.unreadNames().isEmpty()) {
                LOG.warn("{} holds tensors that the network does not use: {}", folder.path(), weights.unreadNames());
            }
            return model;
        }
    }

    @Override
    public ImageShape shape() {
        return network.input();
    }

    @Override
    public NoiseSchedule schedule() {
        return schedule;
    }

    @Override
    public ConditionShape condition() {
        return network.condition();
    }

    @Override
    public int nullLabel() {
        return nullLabel;
    }

    /** What the network's output means. */
    public Prediction prediction() {
        return prediction;
    }

    /** The network. */
    public UNet network() {
        return network;
    }

    /** The configuration of its scheduler. */
    public SchedulerConfig scheduler() {
        return scheduler;
    }

    /** Whether the scheduler has the predictions of x₀ limited: clamped, or by dynamic thresholding; for ε-prediction alone. */
    public boolean isLimited() {
        return resolved().isLimited();
    }

    /** The weights on their device. */
    public Model model() {
        return model;
    }

    /**
     * Writes the teacher in the diffusers layout: a nested folder that {@link Denoiser#load} and diffusers read.
     *
     * @throws IOException naming the folder and the cause; an older teacher there is then as it was
     */
    public void save(Path folder) throws IOException {
        SafetensorsWriter weights = new SafetensorsWriter();
        model.save((parameter, values) -> weights.add(parameter.name(), parameter.shape(), values));
        OptionalInt nullClass = nullLabel < 0 ? OptionalInt.empty() : OptionalInt.of(nullLabel);
        DiffusersFolder.write(
                folder, Json.parse(network.config().toJson(), "network"), Json.parse(scheduler.toJson(), "scheduler"), nullClass,
                weights);
    }

    /** As machinery sees it. */
    TeacherModel resolved() {
        return new TeacherModel(this, model, prediction, scheduler);
    }

    /** As machinery sees any teacher. */
    static TeacherModel resolve(Denoiser denoiser) {
        return denoiser instanceof Teacher teacher ? teacher.resolved() : TeacherModel.of(denoiser);
    }

    @Override
    public void predict(int n, float[] x, double[] t, float[] condition, float[] f) {
        Samples.count(shape(), x, condition(), condition);
        int size = shape().size();
        float[] networkTime = new float[n];
        float[] coefficients = new float[n * SignalCoefficients.COUNT];
        SignalOde ode = new SignalOde(schedule);
        for (int i = 0; i < n; i++) {
            networkTime[i] = (float) schedule.networkTime(t[i]);
            ode.coefficients(SignalOde.Solver.DDIM, prediction, t[i], t[i], coefficients, i * SignalCoefficients.COUNT);
        }
        float[] rows = new float[n * size];
        Layout.toRows(n, shape(), x, rows);
        int floats = condition().floats();
        try (Kernels kernels = model.device().openKernels();
                DeviceMemory given = model.device().allocate((long) n * (1 + floats));
                TeacherPlan plan = TeacherPlan.of(resolved(), model.device(), n, null);
                var numbers = model.device().allocate(coefficients.length);
                var zeros = model.device().allocate(2L * n * size)) {
            var y = io.bootdistill.device.Tensor.of(zeros.slice(0, (long) n * size), shape().channels());
            var out = io.bootdistill.device.Tensor.of(zeros.slice((long) n * size, (long) n * size), shape().channels());
            kernels.upload(rows, 0, plan.x().data());
            kernels.upload(coefficients, 0, numbers.slice());
            BlockInputs inputs = BlockInputs.in(given.slice(), n, floats, t, condition);
            inputs.upload(kernels, networkTime);
            plan.run(kernels, n, inputs);
            kernels.signalStep(n, shape().pixels(), 0, numbers.slice(), y, plan.x(), plan.output(), null, null, y, out, y, null);
            kernels.download(out.data(), rows, 0);
        }
        Layout.toPlanes(n, shape(), rows, f);
    }

    @Override
    public void close() {
        model.close();
    }
}
