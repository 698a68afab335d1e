package io.bootdistill.network.autoencoder;

import static io.bootdistill.internal.file.ConfigCheck.between;
import static io.bootdistill.internal.file.ConfigCheck.that;

import com.google.gson.JsonObject;
import io.bootdistill.error.ModelFormatException;
import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Json;
import io.bootdistill.internal.file.Quoted;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a diffusers {@code AutoencoderKL} (Kingma and Welling, 2013; Rombach et al., 2022) or {@code VQModel}
 * ({@code config.json}), as far as it is supported. Values are named as the keys of that file. Immutable; equal where all
 * values are.
 *
 * @param blockOutChannels of each level, the finest first; each level but the last halves the image
 * @param layersPerBlock residual blocks of an encoder's level; a decoder's has one more
 * @param normNumGroups divides all channels
 * @param scale between the latents and what a diffusion network sees
 * @param codebook what latents are rounded to; null for an {@code AutoencoderKL}
 */
public record AutoencoderConfig(
        int inChannels,
        int outChannels,
        int latentChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int normNumGroups,
        boolean midBlockAddAttention,
        boolean useQuantConv,
        boolean usePostQuantConv,
        LatentScale scale,
        @Nullable Codebook codebook) {

    static final int MOST_CHANNELS = 1 << 13; // the largest weight, [3][3][channels][channels], has fewer than 2³¹ values
    static final int MOST_PIXELS = 1 << 14;

    /** @throws IllegalArgumentException naming the key whose value is out of range, the value, and the range */
    public AutoencoderConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        between("in_channels", inChannels, 1, MOST_CHANNELS);
        between("out_channels", outChannels, 1, MOST_CHANNELS);
        between("latent_channels", latentChannels, 1, MOST_CHANNELS);
        between("layers_per_block", layersPerBlock, 1, 64);
        between("norm_num_groups", normNumGroups, 1, MOST_CHANNELS);
        that(!blockOutChannels.isEmpty() && blockOutChannels.size() <= 12,
                "block_out_channels is " + blockOutChannels, "a list of 1 … 12");
        for (int channels : blockOutChannels) {
            between("block_out_channels", channels, 1, MOST_CHANNELS);
            that(channels % normNumGroups == 0, "block_out_channels is " + blockOutChannels,
                    "multiples of norm_num_groups, " + normNumGroups);
        }
        that(scale.means().isEmpty() || scale.means().size() == latentChannels,
                "latents_mean has " + scale.means().size() + " values", "one for each of latent_channels, " + latentChannels);
    }

    /** Number of resolutions. */
    public int levels() {
        return blockOutChannels.size();
    }

    /** Channels of a level, 0 being the finest. */
    public int channels(int level) {
        return blockOutChannels.get(level);
    }

    /** Pixels of an image beside one of the latents, in each direction: 2^(levels − 1). */
    public int reduction() {
        return 1 << (levels() - 1);
    }

    /** Channels of what a diffusion network sees: those of a code, or {@link #latentChannels}. */
    public int diffusedChannels() {
        return codebook == null ? latentChannels : codebook.channels();
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws ModelFormatException naming the file, the key, its value and what is supported
     */
    public static AutoencoderConfig read(Path file) {
        return new Reader(Json.read(file), file.toString()).read();
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what it was read from, for messages
     * @throws ModelFormatException as {@link #read}
     */
    public static AutoencoderConfig parse(String json, String source) {
        return new Reader(Json.parse(json, source), source).read();
    }

    /** The keys of a {@code config.json} that have no meaning here, sorted; refuses what {@link #parse} refuses. */
    public static Set<String> unknownKeys(String json, String source) {
        Reader reader = new Reader(Json.parse(json, source), source);
        reader.read();
        return reader.unknownKeys();
    }

    /** Reads a configuration. Absent keys have the format's defaults. */
    private static final class Reader {

        private static final String KL = "AutoencoderKL";
        private static final String VQ = "VQModel";

        private final ConfigReader json;
        private final String source;

        Reader(JsonObject json, String source) {
            this.json = new ConfigReader(json, source);
            this.source = source;
        }

        /** @throws ModelFormatException naming the file, the key, its value and what is supported */
        AutoencoderConfig read() {
            boolean rounded = json.choice("_class_name", null, List.of(KL, VQ)).equals(VQ);
            json.choice("act_fn", "silu", List.of("silu", "swish"));
            List<Integer> channels = json.has("block_out_channels")
                    ? json.integers("block_out_channels", 1, MOST_CHANNELS) : List.of(64);
            requireBlocks("down_block_types", "DownEncoderBlock2D", channels.size());
            requireBlocks("up_block_types", "UpDecoderBlock2D", channels.size());
            int latents = json.integer("latent_channels", rounded ? 3 : 4);
            try {
                return new AutoencoderConfig(
                        json.integer("in_channels", 3), json.integer("out_channels", 3), latents, channels,
                        json.integer("layers_per_block", 1), json.integer("norm_num_groups", 32),
                        json.flag("mid_block_add_attention", true), rounded || json.flag("use_quant_conv", true),
                        rounded || json.flag("use_post_quant_conv", true), rounded ? plainScale() : scale(),
                        rounded ? codebook(latents) : null);
            } catch (IllegalArgumentException e) {
                throw new ModelFormatException(source + ": " + e.getMessage(), e);
            }
        }

        private void requireBlocks(String key, String type, int count) {
            List<String> types = json.has(key) ? json.strings(key) : List.of(type);
            for (String found : types) {
                if (!found.equals(type)) {
                    throw new ModelFormatException(source + ": " + key + " has " + Quoted.of(found) + ", supported is " + type);
                }
            }
            if (types.size() != count) {
                throw new ModelFormatException(source + ": " + key + " has " + types.size()
                        + " blocks, must have one for each of block_out_channels, " + count);
            }
        }

        private LatentScale scale() {
            return new LatentScale(json.number("scaling_factor", 0.18215), json.number("shift_factor", 0),
                    json.numbers("latents_mean"), json.numbers("latents_std"));
        }

        /** The format's default is wrong for the models that were made before it had the key: they were never scaled. */
        private LatentScale plainScale() {
            return new LatentScale(json.number("scaling_factor", 1), 0);
        }

        private Codebook codebook(int latentChannels) {
            json.choice("norm_type", "group", List.of("group"));
            if (json.flag("lookup_from_codebook", false)) {
                throw json.refuse("lookup_from_codebook", "false: latents are values, not numbers of codes");
            }
            return new Codebook(json.integer("num_vq_embeddings", 256), json.integer("vq_embed_dim", latentChannels));
        }

        /** The keys that have no meaning here. */
        Set<String> unknownKeys() {
            Set<String> unknown = json.unreadKeys();
            unknown.removeAll(Set.of("sample_size", "force_upcast")); // of tiles, and of half precision
            return unknown;
        }
    }
}
