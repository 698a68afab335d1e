package io.bootdistill.internal.diffusers;

import io.bootdistill.error.ModelFormatException;
import io.bootdistill.format.DType;
import io.bootdistill.format.SafetensorsFile;
import io.bootdistill.format.TensorSource;
import io.bootdistill.internal.file.CloseNames;
import io.bootdistill.internal.file.Quoted;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a model folder: the tensors of one file or of all shards under today's names.
 *
 * <p>Old attention names ({@code query}, {@code key}, {@code value}, {@code proj_attn}) appear as {@code to_q}, {@code to_k},
 * {@code to_v}, {@code to_out.0}, and attention weights that were stored as 1×1 convolutions, [out][in][1][1], as [out][in].
 * Names of text encoders appear without {@code text_model.}, which some versions write and others do not, and all without the
 * {@code _orig_mod.} and {@code module.} of compiled and distributed networks, where all have it. Remembers which tensors have
 * been read, so that a caller can report the rest. Thread-safe.
 */
public final class ModelWeights implements TensorSource, AutoCloseable {

    private static final Pattern ATTENTION =
            Pattern.compile("(.*\\battentions\\.\\d+\\.)(query|key|value|proj_attn|to_q|to_k|to_v|to_out\\.0)\\.(weight|bias)");
    private static final Map<String, String> RENAMED =
            Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

    private static final String TEXT_MODEL = "text_model.";
    private static final List<String> WRAPPERS = List.of("_orig_mod.", "module.");

    private record Stored(SafetensorsFile file, String name) {}

    private final List<SafetensorsFile> files = new ArrayList<>();
    private final Map<String, Stored> tensors = new LinkedHashMap<>();
    private final Set<String> unread = ConcurrentHashMap.newKeySet();
    private final String origin;

    /** Of all names in the files. */
    private String prefix = "";

    ModelWeights(WeightFiles weights) {
        origin = weights.files().size() == 1 ? weights.files().get(0).toString()
                : weights.files().get(0).getParent() + " (" + weights.files().size() + " shards)";
        try {
            Map<Path, SafetensorsFile> opened = new LinkedHashMap<>();
            for (Path path : weights.files()) {
                SafetensorsFile file = SafetensorsFile.open(path);
                files.add(file);
                ModelFormatException foreign = ForeignModels.known(path, file.names());
                if (foreign != null) {
                    throw foreign;
                }
                opened.put(path, file);
            }
            Set<String> names = weights.shardOf().isEmpty() ? files.get(0).names() : weights.shardOf().keySet();
            prefix = names.isEmpty() ? "" : wrapping(names);
            if (weights.shardOf().isEmpty()) {
                names.forEach(name -> put(files.get(0), name));
            }
            weights.shardOf().forEach((name, path) -> {
                opened.get(path).dtype(name); // refuses a tensor that the index names and the shard lacks
                put(opened.get(path), name);
            });
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        unread.addAll(tensors.keySet());
    }

    /** What wrappers of a network that is trained put before all names. */
    private static String wrapping(Collection<String> names) {
        String prefix = "";
        for (String found = prefix; found != null; ) {
            String known = prefix;
            found = WRAPPERS.stream().map(known::concat).filter(more -> names.stream().allMatch(name -> name.startsWith(more)))
                    .findFirst().orElse(null);
            prefix = found == null ? prefix : found;
        }
        return prefix;
    }

    private void put(SafetensorsFile file, String name) {
        String own = name.substring(prefix.length());
        Matcher matcher = ATTENTION.matcher(own);
        String today = own.startsWith(TEXT_MODEL) ? own.substring(TEXT_MODEL.length()) : own;
        if (matcher.matches()) {
            today = matcher.group(1) + RENAMED.getOrDefault(matcher.group(2), matcher.group(2)) + "." + matcher.group(3);
        }
        Stored other = tensors.put(today, new Stored(file, name));
        if (other != null) {
            throw new ModelFormatException(file.file(name) + ": tensor " + Quoted.of(name) + " is the old name of tensor "
                    + Quoted.of(other.name()) + ", which is there too; remove one of them");
        }
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public int[] shape(String name) {
        Stored stored = stored(name);
        int[] shape = stored.file().shape(stored.name());
        if (!ATTENTION.matcher(name).matches()) {
            return shape;
        }
        int rank = shape.length;
        while (rank > 2 && shape[rank - 1] == 1) {
            rank--;
        }
        return Arrays.copyOf(shape, rank);
    }

    /** How the tensors lie in the files, in the order of {@link #names}. */
    public WeightsManifest manifest() {
        List<WeightsManifest.Entry> entries = new ArrayList<>();
        tensors.forEach((name, stored) -> entries.add(new WeightsManifest.Entry(
                name, stored.name().substring(prefix.length()), stored.file().shape(stored.name()), stored.file().dtype(stored.name()))));
        return new WeightsManifest(entries, files.get(0).metadata());
    }

    @Override
    public DType dtype(String name) {
        Stored stored = stored(name);
        return stored.file().dtype(stored.name());
    }

    @Override
    public Path file(String name) {
        return stored(name).file().file(name);
    }

    @Override
    public void read(String name, long first, FloatBuffer into) {
        Stored stored = stored(name);
        stored.file().read(stored.name(), first, into);
        unread.remove(name);
    }

    @Override
    public void readFinite(String name, long first, FloatBuffer into) {
        Stored stored = stored(name);
        stored.file().readFinite(stored.name(), first, into);
        unread.remove(name);
    }

    /** Counts as no reading. */
    @Override
    public void requireFinite() {
        files.forEach(SafetensorsFile::requireFinite);
    }

    /** The tensors that nobody has read yet, sorted. */
    public Set<String> unreadNames() {
        return new TreeSet<>(unread);
    }

    /** Closes all files. */
    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }

    private Stored stored(String name) {
        Stored stored = tensors.get(name);
        if (stored == null) {
            throw new ModelFormatException(origin + " has no tensor " + name + "; " + CloseNames.hint(name, tensors.keySet()));
        }
        return stored;
    }
}
