package io.bootdistill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bootdistill.config.DistillationConfig;
import io.bootdistill.config.Evaluation;
import io.bootdistill.config.GuidanceConfig;
import io.bootdistill.config.JointConfig;
import io.bootdistill.config.Length;
import io.bootdistill.config.Limit;
import io.bootdistill.config.Output;
import io.bootdistill.config.Phase;
import io.bootdistill.config.TeacherTrainingConfig;
import io.bootdistill.config.Work;
import io.bootdistill.device.Device;
import io.bootdistill.device.DeviceMemory;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Kernels;
import io.bootdistill.device.Tensor;
import io.bootdistill.diffusion.BlockInputs;
import io.bootdistill.diffusion.CaptionedImages;
import io.bootdistill.diffusion.ConditionSource;
import io.bootdistill.diffusion.Decoder;
import io.bootdistill.diffusion.DiscreteSchedule;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.Guidance;
import io.bootdistill.diffusion.GuidanceInterval;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.Head;
import io.bootdistill.diffusion.ImageSource;
import io.bootdistill.diffusion.InMemoryImages;
import io.bootdistill.diffusion.MeanImages;
import io.bootdistill.diffusion.NoiseConditioning;
import io.bootdistill.diffusion.Prediction;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.diffusion.SignalOde;
import io.bootdistill.diffusion.SignalRow;
import io.bootdistill.diffusion.SmallerImages;
import io.bootdistill.diffusion.StagePrompts;
import io.bootdistill.format.PictureFile;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.SafetensorsWriter;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.lesson.OptimiserConfig;
import io.bootdistill.lesson.Reducer;
import io.bootdistill.lesson.ResidualWeighting;
import io.bootdistill.matching.Corrector;
import io.bootdistill.metric.FeatureExtractor;
import io.bootdistill.metric.FeatureStatistics;
import io.bootdistill.module.ModulePath;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.Graph;
import io.bootdistill.network.Model;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.text.CaptionFolder;
import io.bootdistill.text.ClipTokenizer;
import io.bootdistill.text.TextStates;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What users call refuses a null by the argument's name, before anything else happens; so it does one within a list. Interfaces
 * are theirs to implement: of these, what is static or by default alone is called.
 */
@Tag("fast")
class NullArgumentsTest {

    private static final String[] ROOMS = {"", "config", "diffusion", "format", "metric", "text"};

    private static final Map<Class<?>, Object> NUMBERS = Map.of(
            boolean.class, false, int.class, 1, long.class, 1L, float.class, 0.5f, double.class, 0.5);

    /** Of all classes that an argument is of, or that a method is called of. */
    private static final List<Object> EXAMPLES = new ArrayList<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void makeExamples() throws IOException {
        Device device = Devices.named("reference");
        UNetConfig config = UNetConfig.parse(TinyTeacher.network().toString(), "tiny");
        Teacher teacher = new Teacher(new UNet(config), TinyStages.SCHEDULER, 3, model(new UNet(config), device));
        Student student = student(new UNet(config), device);
        UNet enlarging = TinyStages.network(TinyStages.SMALL, TinyStages.LARGE);
        EXAMPLES.addAll(List.of(
                "text", folder.resolve("none"), new byte[1], new int[] {1}, new long[1], new float[1], new double[] {0.5},
                new float[1][1], List.of("text"), FloatBuffer.allocate(1), ByteBuffer.allocate(1), Duration.ofMinutes(1),
                new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)));
        EXAMPLES.addAll(List.of(device, teacher, student, config, teacher.network(), TinyStages.SCHEDULER,
                new BootDistiller(teacher), new TeacherTrainer(config, TinyStages.SCHEDULER, device),
                new JointTrainer(config, TinyStages.SCHEDULER, device), Sampler.reference(teacher, 1), new RunHandle(),
                new Cascade(student, student(enlarging, device)), Reducer.LANES, new DistillationListener() {},
                new TeacherTrainingListener() {}));
        EXAMPLES.addAll(List.of(
                DistillationConfig.builder(), TeacherTrainingConfig.builder(), JointConfig.builder(),
                DistillationConfig.builder().build(), TeacherTrainingConfig.builder().build(), JointConfig.builder().build(),
                Phase.defaults(), GuidanceConfig.defaults(), Evaluation.defaults(), Limit.none(), Work.defaults(),
                Length.images(1), new Output(null, 1, 1), Corrector.defaults(), OptimiserConfig.ofStudents(),
                ResidualWeighting.NONE, Trajectories.defaults(), DistillationConfig.builder().build().corrector()));
        addOfDiffusion(device);
        addOfFiles();
    }

    private static Model model(UNet network, Device device) {
        return new Model(Graph.of(network), device, false);
    }

    private static Student student(UNet network, Device device) {
        StudentModel model = new StudentModel(model(network, device), DiscreteSchedule.of(TinyStages.SCHEDULER), Prediction.V, -1,
                GuidanceRange.NONE, TinyStages.SCHEDULER, null);
        return new Student(model, 1, null);
    }

    private static void addOfDiffusion(Device device) {
        Kernels kernels = device.openKernels();
        DeviceMemory memory = device.allocate(1);
        ImageSource images = InMemoryImages.of(TinyStages.SMALL, new float[TinyStages.SMALL.size()], null);
        ConditionSource.Prompts prompts = ConditionSource.prompts(List.of("text"));
        ConditionShape.Parts parts = (ConditionShape.Parts) TinyStages.network(TinyStages.SMALL, TinyStages.LARGE).condition();
        NoiseConditioning conditioning = new NoiseConditioning(new double[] {0.5}, TinyStages.LARGE);
        SmallerImages smaller = new SmallerImages(images, conditioning, parts);
        DiscreteSchedule schedule = DiscreteSchedule.of(TinyStages.SCHEDULER);
        EXAMPLES.addAll(List.of(
                kernels, memory, memory.slice(), Tensor.of(memory.slice(), 1),
                BlockInputs.in(memory.slice(), 1, 0, new double[1], new float[1]), TinyStages.SMALL, parts, prompts, images,
                conditioning, smaller, new StagePrompts(prompts, smaller, 1), new MeanImages(images, TinyStages.SMALL)));
        EXAMPLES.addAll(List.of(
                schedule, new SignalOde(schedule), new SignalRow(), Head.of(Prediction.V, schedule), GuidanceInterval.ALWAYS,
                GuidanceRange.NONE, new Guidance(1, 0), SampleRequest.ofSeeds(1), DrawRequest.ofCount(1), Decoder.IDENTITY,
                (SignalOde.Predictor) (x, t) -> x));
    }

    private static void addOfFiles() throws IOException {
        Path pipeline = TinyPipeline.write(folder.resolve("pipeline"));
        CaptionTrainer trainer = new CaptionTrainer(pipeline, Devices.named("reference"));
        CaptionFolder captions = new CaptionFolder(pipeline, List.of(new CaptionFolder.Entry(pipeline, "text", "source")),
                List.of());
        Path states = folder.resolve("states.safetensors");
        new SafetensorsWriter().metadata("prompts", "text").add("states", new int[] {1, 1, 1}, new float[1])
                .add("mask", new int[] {1, 1}, new float[1]).write(states);
        EXAMPLES.addAll(List.of(
                trainer, captions, CaptionedImages.of(captions, trainer.picture()), TextStates.open(states),
                ClipTokenizer.open(pipeline.resolve("tokenizer"), 77, 1 << 20), SafetensorsFile.open(states),
                new SafetensorsWriter(), (SafetensorsWriter.Values) (first, into) -> {},
                (SafetensorsWriter.Bytes) (first, into) -> {},
                new PictureFile(1, 1, 1, new byte[1], "source"), TinyStages.SCHEDULER.toBuilder(), new FeatureStatistics(1),
                new FeatureExtractor() {
                    @Override
                    public int dimension() {
                        return 1;
                    }

                    @Override
                    public float[] features(float[] images) {
                        return images;
                    }
                }));
    }

    @AfterAll
    static void close() throws Exception {
        Collections.reverse(EXAMPLES);
        for (Object example : EXAMPLES) {
            if (example instanceof AutoCloseable open) {
                open.close();
            }
        }
        EXAMPLES.clear();
    }

    static List<Class<?>> types() throws IOException, ClassNotFoundException {
        Path classes = ModulePath.jar(Teacher.class);
        List<Class<?>> types = new ArrayList<>();
        for (String room : ROOMS) {
            try (Stream<Path> files = Files.list(classes.resolve("io/bootdistill").resolve(room))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".class")).sorted().toList()) {
                    String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                    types.add(Class.forName(name.substring(0, name.lastIndexOf('.'))));
                }
            }
        }
        types.removeIf(type -> !isPublic(type) || calls(type).isEmpty());
        return types;
    }

    private static boolean isPublic(@Nullable Class<?> type) {
        return type == null || Modifier.isPublic(type.getModifiers()) && isPublic(type.getDeclaringClass());
    }

    /** What can be called of a class, also what it has from others, and needs an argument that may be null. */
    private static List<Executable> calls(Class<?> type) {
        List<Executable> calls = new ArrayList<>(List.of(type.getConstructors()));
        calls.removeIf(made -> Modifier.isAbstract(type.getModifiers()));
        calls.addAll(List.of(type.getMethods()));
        for (Class<?> own = type.getSuperclass(); own != null && !isPublic(own); own = own.getSuperclass()) {
            calls.addAll(List.of(own.getDeclaredMethods()));
        }
        calls.removeIf(call -> call.isSynthetic() || !Modifier.isPublic(call.getModifiers())
                || !call.getDeclaringClass().getName().startsWith("io.bootdistill.")
                || call.getName().equals("equals") || type.isEnum() && call.getName().equals("valueOf")
                || type.isInterface() && !Modifier.isStatic(call.getModifiers())
                || IntStream.range(0, call.getParameterCount()).noneMatch(i -> isRequired(call, i)));
        return calls;
    }

    private static boolean isRequired(Executable call, int parameter) {
        Class<?> type = call.getDeclaringClass();
        AnnotatedType asked = call instanceof Constructor && type.isRecord()
                && call.getParameterCount() == type.getRecordComponents().length
                        ? type.getRecordComponents()[parameter].getAnnotatedType() // compact constructors have not those of arrays
                        : call.getAnnotatedParameterTypes()[parameter];
        return !call.getParameterTypes()[parameter].isPrimitive() && !asked.isAnnotationPresent(Nullable.class);
    }

    @ParameterizedTest
    @MethodSource("types")
    void refusesNullByName(Class<?> type) throws ReflectiveOperationException {
        List<String> faults = new ArrayList<>();
        for (Executable call : calls(type)) {
            Set<String> different = new HashSet<>();
            for (int i = 0; i < call.getParameterCount(); i++) {
                String place = call + ", argument " + i + ": ";
                if (isRequired(call, i)) {
                    String answer = answer(type, call, i, null);
                    boolean isNamed = !type.isRecord() || !(call instanceof Constructor)
                            || answer.contains(type.getRecordComponents()[i].getName());
                    if (!isRefusal(answer) || !isNamed || !different.add(answer)) {
                        faults.add(place + answer);
                    }
                    Object holding = holding(call.getParameterTypes()[i]);
                    if (holding != null && !isRefusal(answer(type, call, i, holding))) {
                        faults.add("within " + place + answer(type, call, i, holding));
                    }
                }
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    private static boolean isRefusal(String answer) {
        return answer.matches("(IllegalArgument|NullPointer)Exception: [\\w\\[\\] ]+ is missing");
    }

    /** Something of a class with a null in it; null where it does not hold others. */
    private static @Nullable Object holding(Class<?> type) {
        boolean isArray = type.isArray() && !type.getComponentType().isPrimitive();
        return type == List.class ? Collections.singletonList(null)
                : isArray ? Array.newInstance(type.getComponentType(), 1) : null;
    }

    /** What a call says, with plausible arguments in all places but one. */
    private static String answer(Class<?> type, Executable call, int place, @Nullable Object given)
            throws ReflectiveOperationException {
        Object[] arguments = new Object[call.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> asked = call.getParameterTypes()[i];
            arguments[i] = i == place ? given : asked.isPrimitive() || isRequired(call, i) ? example(asked) : null;
        }
        try {
            if (call instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                call.setAccessible(true); // a public method of a class that is not
                ((Method) call).invoke(Modifier.isStatic(call.getModifiers()) ? null : example(type), arguments);
            }
            return "accepted";
        } catch (InvocationTargetException e) {
            return e.getCause().getClass().getSimpleName() + ": " + e.getCause().getMessage();
        }
    }

    private static Object example(Class<?> type) {
        if (type.isPrimitive()) {
            return NUMBERS.get(type);
        }
        Stream<Object> examples = type.isEnum() ? Stream.of(type.getEnumConstants())
                : Stream.concat(EXAMPLES.stream(), Stream.of(new Objective[0], new Phase[0], new String[0]));
        return examples.filter(type::isInstance).findFirst()
                .orElseThrow(() -> new AssertionError("no example of " + type + ": add one"));
    }
}
