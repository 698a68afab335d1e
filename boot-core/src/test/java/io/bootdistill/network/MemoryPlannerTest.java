package io.bootdistill.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.device.Philox;
import io.bootdistill.network.MemoryPlanner.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class MemoryPlannerTest {

    private static Buffer buffer(MemoryPlanner planner, long length, int first, int last) {
        Buffer buffer = planner.buffer(length);
        buffer.use(last);
        buffer.use(first);
        return buffer;
    }

    @Test
    void buffersThatNeverLiveTogetherShare() {
        MemoryPlanner planner = new MemoryPlanner();
        buffer(planner, 160, 0, 1);
        buffer(planner, 160, 2, 3);
        buffer(planner, 32, 1, 2);
        assertEquals(192, planner.place());
    }

    @Test
    void livingBuffersNeverOverlap() {
        for (int round = 0; round < 50; round++) {
            MemoryPlanner planner = new MemoryPlanner();
            List<Buffer> buffers = new ArrayList<>();
            List<int[]> times = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int first = (int) (Philox.uniform(round, 0, i) * 30);
                int last = first + (int) (Philox.uniform(round, 1, i) * 10);
                buffers.add(buffer(planner, 1 + (long) (Philox.uniform(round, 2, i) * 500), first, last));
                times.add(new int[] {first, last});
            }
            long arena = planner.place();
            for (int i = 0; i < buffers.size(); i++) {
                Buffer a = buffers.get(i);
                assertTrue(a.offset() >= 0 && a.offset() + a.length() <= arena);
                assertEquals(0, a.offset() % 16, "64-byte alignment");
                for (int k = 0; k < i; k++) {
                    Buffer b = buffers.get(k);
                    boolean together = times.get(i)[0] <= times.get(k)[1] && times.get(k)[0] <= times.get(i)[1];
                    boolean apart = a.offset() + a.length() <= b.offset() || b.offset() + b.length() <= a.offset();
                    assertTrue(apart || !together, "buffers " + k + " and " + i + " of round " + round);
                }
            }
        }
    }
}
