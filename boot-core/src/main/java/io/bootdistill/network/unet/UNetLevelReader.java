package io.bootdistill.network.unet;

import io.bootdistill.internal.file.ConfigReader;
import io.bootdistill.internal.file.Quoted;
import io.bootdistill.network.unet.UNetLevel.Block;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Reads the levels of a {@link ConditionalUNetConfig}, which the format has as lists: one for each property. */
final class UNetLevelReader {

    private static final Map<String, Block> DOWN = Map.of(
            "DownBlock2D", Block.PLAIN,
            "CrossAttnDownBlock2D", Block.CROSS_ATTENTION,
            "ResnetDownsampleBlock2D", Block.RESNET,
            "SimpleCrossAttnDownBlock2D", Block.SIMPLE_CROSS_ATTENTION);
    private static final Map<String, Block> UP = Map.of(
            "UpBlock2D", Block.PLAIN,
            "CrossAttnUpBlock2D", Block.CROSS_ATTENTION,
            "ResnetUpsampleBlock2D", Block.RESNET,
            "SimpleCrossAttnUpBlock2D", Block.SIMPLE_CROSS_ATTENTION);

    /** Old files have block types with this before the name. */
    private static final String OLD = "UNetRes";

    private static final String DEPTHS = "transformer_layers_per_block";
    private static final String UP_DEPTHS = "reverse_" + DEPTHS;

    private final ConfigReader json;

    UNetLevelReader(ConfigReader json) {
        this.json = json;
    }

    List<UNetLevel> levels() {
        int most = ConditionalUNetConfig.MOST_CHANNELS;
        List<Integer> channels = json.has("block_out_channels")
                ? json.integers("block_out_channels", 1, most) : List.of(320, 640, 1280, 1280);
        int count = channels.size();
        if (count == 0) {
            throw json.refuse("block_out_channels", "a list of at least one");
        }
        List<Integer> layers = perLevel("layers_per_block", json.integers("layers_per_block", 1, 64), 2, count);
        if (json.isNull("attention_head_dim")) {
            throw json.refuse("attention_head_dim", "a number");
        }
        List<Integer> heads = perLevel("attention_head_dim", json.integers("attention_head_dim", 1, most), 8, count);
        List<Boolean> only = perLevel("only_cross_attention", json.flags("only_cross_attention"), false, count);
        List<Block> down = blocks("down_block_types", DOWN,
                List.of("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"), count);
        List<Block> up = blocks("up_block_types", UP,
                List.of("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), count);
        List<List<Integer>> depths = depths(DEPTHS, count);
        List<List<Integer>> upDepths = upDepths(depths, count);
        List<UNetLevel> levels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Block upBlock = up.get(count - 1 - i);
            levels.add(new UNetLevel(
                    channels.get(i), layers.get(i), down.get(i), upBlock, heads.get(i),
                    expand(down.get(i), depths.get(i), layers.get(i)),
                    expand(upBlock, upDepths.get(count - 1 - i), layers.get(i) + 1), only.get(i)));
        }
        return levels;
    }

    /** One for each level, from as many or a single one. */
    private <T> List<T> perLevel(String key, List<T> given, T byDefault, int levels) {
        if (given.isEmpty() && !json.has(key)) {
            return Collections.nCopies(levels, byDefault);
        }
        if (given.size() != 1 && given.size() != levels) {
            throw json.refuse(key, "one for all levels, or as many as block_out_channels, " + levels);
        }
        return given.size() == levels ? given : Collections.nCopies(levels, given.get(0));
    }

    private List<Block> blocks(String key, Map<String, Block> known, List<String> defaults, int levels) {
        List<Block> blocks = new ArrayList<>();
        for (String name : json.has(key) ? json.strings(key) : defaults) {
            Block block = known.get(name.startsWith(OLD) ? name.substring(OLD.length()) : name);
            if (block == null) {
                throw json.refuse(key, "without " + Quoted.of(name) + ": supported are "
                        + String.join(", ", known.keySet().stream().sorted().toList()));
            }
            blocks.add(block);
        }
        if (blocks.size() != levels) {
            throw json.refuse(key, "as many as block_out_channels, " + levels);
        }
        return blocks;
    }

    /** The transformer blocks of each level: one number for all of its attentions, or one for each. */
    private List<List<Integer>> depths(String key, int levels) {
        return perLevel(key, json.rows(key, 0, ConditionalUNetConfig.MOST_DEPTH), List.of(1), levels);
    }

    /** In the order of the blocks on the way up. */
    private List<List<Integer>> upDepths(List<List<Integer>> depths, int levels) {
        if (json.has(UP_DEPTHS)) {
            return depths(UP_DEPTHS, levels);
        }
        if (depths.stream().anyMatch(row -> row.size() > 1)) {
            throw json.refuse(UP_DEPTHS, "given where " + DEPTHS + " has lists within the list");
        }
        List<List<Integer>> reversed = new ArrayList<>(depths);
        Collections.reverse(reversed);
        return reversed;
    }

    private static List<Integer> expand(Block block, List<Integer> depths, int layers) {
        if (block != Block.CROSS_ATTENTION) {
            return List.of();
        }
        return depths.size() == 1 ? Collections.nCopies(layers, depths.get(0)) : depths;
    }
}
