package io.bootdistill.internal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.Fixtures;
import io.bootdistill.network.Graph;
import io.bootdistill.network.ImageShape;
import io.bootdistill.network.Plan;
import io.bootdistill.network.UNet;
import io.bootdistill.network.UNetConfig;
import io.bootdistill.network.unet.ConditionalUNet;
import io.bootdistill.network.unet.ConditionalUNetReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a batch is divided where nothing is said. */
@Tag("fast")
class DivisionTest {

    private static final long GIBIBYTE = 1L << 30;

    private static Graph unet(int size, int... channels) {
        List<Integer> list = Arrays.stream(channels).boxed().toList();
        return Graph.of(new UNet(UNetConfig.of(new ImageShape(3, size, size), list, 2, 0)));
    }

    @Test
    void smallNetworksHaveWhatIsFast() {
        Graph small = unet(16, 32, 64, 64);
        assertEquals(16, Division.block(0, small));
        assertEquals(8, Division.lanes(0, small));
    }

    @Test
    void whatIsSaidHolds() {
        Graph small = unet(16, 32, 64);
        assertEquals(4096, Division.block(4096, small));
        assertEquals(256, Division.lanes(256, small));
    }

    /** Of many weights and few values: lanes are fewer, blocks are not. */
    @Test
    void gradientSumsAreLimited() {
        Graph wide = unet(4, 256, 512, 512);
        int lanes = Division.lanes(0, wide);
        long bytes = 4 * wide.layout().length();
        assertTrue(1 < lanes && lanes < 8, lanes + " lanes of " + bytes + " bytes");
        assertTrue(lanes * bytes <= 3 * GIBIBYTE && (lanes + 1) * bytes > 3 * GIBIBYTE, lanes + " lanes of " + bytes + " bytes");
        assertEquals(16, Division.block(0, wide));
    }

    /** Of few weights and many values. */
    @Test
    void valuesOfABlockAreLimited() {
        Graph large = unet(128, 32, 32);
        int block = Division.block(0, large);
        assertTrue(1 < block && block < 16, block + " samples");
        assertTrue(Plan.trainingBytes(large, block) <= GIBIBYTE && Plan.trainingBytes(large, 2 * block) > GIBIBYTE, "" + block);
        assertEquals(8, Division.lanes(0, large));
    }

    @Test
    void stableDiffusionHasOneOfEach() {
        Graph graph = Graph.of(new ConditionalUNet(
                ConditionalUNetReader.read(Fixtures.file("text-to-image/configs/sd-1.5.json")), 77));
        assertEquals(1, Division.block(0, graph), "at least");
        assertEquals(1, Division.lanes(0, graph), "860 million parameters");
    }

    @Test
    void batchesFillAsManyLanesAsTheyHaveBlocks() {
        assertEquals(4, Division.filled(64, 16, 8));
        assertEquals(5, Division.filled(65, 16, 8));
        assertEquals(8, Division.filled(64, 2, 8));
        assertEquals(1, Division.filled(4, 16, 8));
    }
}
