package io.bootdistill.internal.pipeline;

import io.bootdistill.device.Device;
import io.bootdistill.diffusion.DrawRequest;
import io.bootdistill.internal.work.ConditionTable;
import io.bootdistill.network.ConditionShape.Parts;
import io.bootdistill.network.ImageShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a request's pictures on the device: a row for each different prompt, or, where a picture is made of another
 * one, for each picture; where it is guided, after them one of what guidance leads away from.
 *
 * @param rows the row of each picture
 */
public record ConditionRows(ConditionTable table, int[] rows) implements AutoCloseable {

    /**
     * Encodes prompts.
     *
     * @param enlargement null where pictures are made of noise alone
     * @param shape of a condition
     * @param denoised the shape of what is denoised
     * @param picture that of a picture
     */
    static ConditionRows of(
            Conditioner conditioner, @Nullable Enlargement enlargement, DrawRequest request, boolean guided, Parts shape,
            ImageShape denoised, ImageShape picture, Device device) {
        List<String> texts = new ArrayList<>();
        int[] rows = rows(request, enlargement != null, texts);
        ConditionTable table = ConditionTable.of(shape, texts.size() + (guided ? 1 : 0), device, (i, row) -> {
            boolean isNull = i == texts.size();
            if (isNull) {
                conditioner.writeOrNull(request.negative(), picture.width(), picture.height(), row);
            } else {
                conditioner.write(texts.get(i), picture.width(), picture.height(), row);
            }
            if (enlargement != null && isNull) {
                enlargement.writeLevel(request, shape, row, 0);
            } else if (enlargement != null) {
                enlargement.write(request, i, shape, denoised, row, 0);
            }
        });
        return new ConditionRows(table, rows);
    }

    /**
     * Encodes prompts into a table, a row for each, and after them what guidance leads away from.
     *
     * @param away an empty one is no prompt at all
     */
    static ConditionTable table(
            Conditioner conditioner, List<String> prompts, List<String> away, Parts shape, ImageShape picture, Device device) {
        return ConditionTable.of(shape, prompts.size() + away.size(), device, (i, row) -> {
            if (i < prompts.size()) {
                conditioner.write(prompts.get(i), picture.width(), picture.height(), row);
            } else {
                conditioner.writeOrNull(away.get(i - prompts.size()), picture.width(), picture.height(), row);
            }
        });
    }

    /** The row of each picture; the prompts of the rows are added. */
    private static int[] rows(DrawRequest request, boolean isOwn, List<String> texts) {
        int[] rows = new int[request.count()];
        Map<String, Integer> known = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            String prompt = request.prompts().get(i / request.each());
            Integer row = isOwn ? null : known.get(prompt);
            if (row == null) {
                row = texts.size();
                texts.add(prompt);
                known.put(prompt, row);
            }
            rows[i] = row;
        }
        return rows;
    }

    @Override
    public void close() {
        table.close();
    }
}
