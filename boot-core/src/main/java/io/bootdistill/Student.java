package io.bootdistill;

import io.bootdistill.device.Device;
import io.bootdistill.device.Devices;
import io.bootdistill.device.Slice;
import io.bootdistill.diffusion.Decoder;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.diffusion.FewSteps;
import io.bootdistill.diffusion.GuidanceRange;
import io.bootdistill.diffusion.SampleRequest;
import io.bootdistill.format.Images;
import io.bootdistill.internal.device.Scope;
import io.bootdistill.internal.diffusers.PipelineFolder;
import io.bootdistill.internal.pipeline.Pipeline;
import io.bootdistill.internal.pipeline.StudentMarks;
import io.bootdistill.internal.sampling.StudentModel;
import io.bootdistill.internal.sampling.StudentWorkers;
import io.bootdistill.internal.work.Checks;
import io.bootdistill.network.ConditionShape;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Model;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A one-step generator: noise in, image out, one network call. A student that denoises, see {@link #fewSteps}, or one with two
 * times, distilled with a restartShare, can refine the image in further calls.
 *
 * <p>An image is a function of its seed or noise, its condition, the scale and the steps alone: not of the other images of a
 * call, nor of the number of workers.
 *
 * <p>Thread-safe. Calls run side by side: each has a worker of its own and others that are free, which it hands on, between
 * blocks of a few images, to calls that wait; those are served in the order of their coming. There are at most as many workers
 * as processors, or as its training had, or as the device can use; each keeps device memory from its first use on. An interrupt
 * does not end a call, and is kept. {@link #close} frees the device memory.
 */
public final class Student implements AutoCloseable {

    private final StudentModel student;
    private final StudentWorkers workers;

    /** Null for a student of pixels that are drawn without more. */
    private final @Nullable Pipeline pipeline;

    /** Takes over the ownership of the model, and of what makes pictures of its latents and reads prompts, if there is one. */
    Student(StudentModel student, int workers, @Nullable Pipeline pipeline) {
        this.student = student;
        this.pipeline = pipeline;
        this.workers = new StudentWorkers(student, workers);
    }

    /**
     * Reads a student that {@link #save} wrote, onto the best device.
     *
     * @throws io.bootdistill.error.ModelFormatException if the folder is damaged or holds something else
     */
    public static Student load(Path folder) {
        return load(folder, Devices.best());
    }

    /** Reads a student onto the given device. */
    public static Student load(Path folder, Device device) {
        return load(folder, device, null);
    }

    /** Likewise; one of text states with those of another file than its folder's, see {@link Teacher#load(Path, Device, Path)}. */
    public static Student load(Path folder, Device device, @Nullable Path textStates) {
        int processors = Runtime.getRuntime().availableProcessors();
        Checks.notNull("device", device);
        if (PipelineFolder.isWhole(Checks.notNull("folder", folder))) {
            StudentPipelineFolder.Read read = StudentPipelineFolder.read(folder, device, textStates);
            return new Student(read.student(), processors, read.pipeline());
        }
        Checks.that(textStates == null, "the file of text states", textStates, "left out: " + folder + " reads no prompts");
        return new Student(StudentFolder.read(folder, device), processors, null);
    }

    /** Whether a model folder holds a student rather than a teacher; what is none is refused by a ModelFormatException. */
    public static boolean isStudent(Path folder) {
        return PipelineFolder.isWhole(Checks.notNull("folder", folder))
                ? StudentMarks.isStudent(PipelineFolder.open(folder).marks()) : NetworkFolder.open(folder).isStudent();
    }

    /**
     * Writes the student in the diffusers layout: its teacher's kind of model or pipeline with the time folded into its weights,
     * and the scheduler whose single step gives the sample. One that denoises keeps its time, and has the scheduler of its steps. A
     * student that is given the guidance scale keeps that input, which only U-Nets of texts have in the format; so does one with
     * two times, whose steps no diffusers scheduler takes.
     *
     * @throws IOException naming the folder and the cause; an older student there is then as it was
     * @throws UnsupportedOperationException if the network or the schedule has no diffusers form
     */
    public void save(Path folder) throws IOException {
        save(Checks.notNull("folder", folder), guidance());
    }

    boolean isSavable() {
        return student.isSavable() && StudentPipelineFolder.isSavable(student, pipeline);
    }

    /**
     * Like {@link #save(Path)}, for one guidance scale alone: folded into the weights like the time, so that a student that is
     * given the scale becomes an ordinary model of the format, too.
     *
     * @param scale w, in the range of {@link #guidance}
     * @throws UnsupportedOperationException also for a student of prompts: its pipeline passes the scale
     */
    public void save(Path folder, double scale) throws IOException {
        Checks.notNull("folder", folder);
        guidance().require(scale);
        save(folder, new GuidanceRange(scale, scale));
    }

    private void save(Path folder, GuidanceRange range) throws IOException {
        if (!isSavable()) {
            throw new UnsupportedOperationException("only a student with the network of its diffusers teacher can be saved");
        }
        workers.whileOpen(() -> {
            StudentFolder.write(folder, student, range, pipeline);
            return null;
        });
    }

    /** Takes over other weights, between calls. */
    void load(Model source, Slice trained) {
        workers.alone(() -> student.model().load(source, trained));
    }

    /** As machinery sees it. */
    StudentModel resolved() {
        return student;
    }

    @Nullable Pipeline pipeline() {
        return pipeline;
    }

    /** Shape of an image. */
    public ImageShape shape() {
        return student.shape();
    }

    /** Shape of a picture: of an image, or what the autoencoder makes of latents. */
    public ImageShape picture() {
        return pipeline == null ? shape() : pipeline.picture(shape());
    }

    /** Whether it draws from prompts. */
    public boolean readsPrompts() {
        return pipeline != null && pipeline.readsPrompts();
    }

    /** What the student is conditioned on. */
    public ConditionShape condition() {
        return student.condition();
    }

    /** The label that means no condition; −1 where there is none. */
    public int nullLabel() {
        return student.nullLabel();
    }

    /** The guidance scales that it was distilled for; 1 … 1 without guidance. */
    public GuidanceRange guidance() {
        return student.guidance();
    }

    /** Whether it is given two times, its input's and its signal's, as {@link TrajectoryError} asks. See {@link #mostSteps}. */
    public boolean hasTwoTimes() {
        return student.hasTwoTimes();
    }

    /** How it takes several steps if it denoises states, as its teacher does; null for students that read pure noise. */
    public @Nullable FewSteps fewSteps() {
        return student.fewSteps();
    }

    /** The most steps that a sample can take by its own sampler: 1 for a student that reads pure noise alone. */
    public int mostSteps() {
        return student.mostSteps();
    }

    /**
     * Samples one image per seed, in one step; a student that is given the guidance scale, with the middle of its range.
     *
     * @param labels one per seed; null for a student without labels
     * @return [seeds][channels][height][width], about −1 … 1, not clamped
     */
    public float[] sample(long[] seeds, int @Nullable [] labels) {
        return sample(SampleRequest.ofSeeds(seeds).withLabels(labels));
    }

    /**
     * Samples what is asked for.
     *
     * @return [n][channels][height][width], about −1 … 1, not clamped
     * @throws IllegalArgumentException if the request does not fit: noise or conditions of another shape, a scale outside
     *     {@link #guidance}, more than {@link #mostSteps}, a sampler for one that does not denoise
     * @throws IllegalStateException if the student is closed
     */
    public float[] sample(SampleRequest request) {
        float[] samples = new float[Checks.notNull("request", request).count(shape(), condition()) * shape().size()];
        sample(request, samples);
        return samples;
    }

    /**
     * Like {@link #sample(SampleRequest)}, into an array of the caller's; later calls of as many samples allocate next to nothing.
     *
     * @param samples written; as long as all images
     */
    public void sample(SampleRequest request, float[] samples) {
        Checks.notNull("samples", samples);
        int n = Checks.notNull("request", request).count(shape(), condition());
        int length = n * shape().size();
        Checks.that(samples.length == length, "the length of samples", samples.length, length + ", for " + n + " images");
        workers.run(request, n, FloatBuffer.wrap(samples), 0);
    }

    /**
     * Like {@link #sample(SampleRequest)}, into a buffer of the caller's, direct or not.
     *
     * @param samples written from its position on, which moves to the end of the images; not by others meanwhile
     */
    public void sample(SampleRequest request, FloatBuffer samples) {
        Checks.notNull("samples", samples);
        int n = Checks.notNull("request", request).count(shape(), condition());
        int length = n * shape().size();
        Checks.that(!samples.isReadOnly(), "samples", samples, "writable");
        Checks.that(samples.remaining() >= length, "what remains of samples", samples.remaining(),
                "at least " + length + ", for " + n + " images");
        workers.run(request, n, samples, samples.position());
        samples.position(samples.position() + length);
    }

    /** A picture of each prompt, from the seed with the same place, decoded and clamped. */
    public List<BufferedImage> images(List<String> prompts, long... seeds) {
        return images(DrawRequest.ofPrompts(prompts).withSeeds(seeds));
    }

    /**
     * Draws pictures, decoded and clamped.
     *
     * @throws IllegalArgumentException if the request does not fit this student: prompts for one of classes, too many steps
     */
    public List<BufferedImage> images(DrawRequest request) {
        ImageShape shape = picture();
        return Images.toImages(pixels(request), shape.channels(), shape.height(), shape.width());
    }

    /**
     * Draws pictures as numbers.
     *
     * @return [pictures][channels][height][width] of {@link #picture()}, about −1 … 1, not clamped
     */
    public float[] pixels(DrawRequest request) {
        float[] samples = latents(request);
        return pipeline == null ? samples : workers.whileOpen(() -> pipeline.pixels(shape(), samples));
    }

    /** What its network draws: latents that are not decoded, or pixels; [pictures][channels][height][width] of {@link #shape}. */
    public float[] latents(DrawRequest request) {
        return new StudentDrawing(student, pipeline, workers, request).run(this::sample);
    }

    /** Samples one image per seed, decoded and clamped. */
    public List<BufferedImage> images(long[] seeds, int @Nullable [] labels) {
        return images(SampleRequest.ofSeeds(seeds).withLabels(labels), Decoder.IDENTITY);
    }

    /**
     * Samples what is asked for, as pictures.
     *
     * @param decoder of the student's signals: {@link Decoder#IDENTITY} where they are images, an autoencoder's where they are
     *     latent; called once, on this thread
     * @throws IllegalStateException if the decoder makes another number of images than it was given
     */
    public List<BufferedImage> images(SampleRequest request, Decoder decoder) {
        return Decoder.decoded(Checks.notNull("decoder", decoder), shape(), sample(request));
    }

    /**
     * Frees the device memory. Calls at work are waited for; calls that wait for a worker, and later ones, are refused with an
     * IllegalStateException. Closing twice does nothing.
     */
    @Override
    public synchronized void close() {
        try (Scope scope = new Scope()) {
            if (pipeline != null) {
                scope.own(pipeline);
            }
            scope.own(student.model());
            scope.own(workers);
        }
    }
}
