package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;

/** What decoding takes when a request is all lists of the smallest elements: the bound that {@link ApiSpec} states. */
class DecodeAmplificationTest {
    /** Enough that what a message takes without its lists disappears. */
    private static final int ELEMENTS = 1_500;

    private final Decoders decoders = new Decoders();

    @Test
    void noListOfSmallestElementsTakesMoreHeapThanTheSpecSays() {
        Map<String, String> worst = new TreeMap<>();
        Map<String, Double> worstPerField = new TreeMap<>();
        List<String> broken = new ArrayList<>();
        double most = 0;
        for (Decoders.Case c : decoders.all()) {
            Schema schema = Decoders.type(c.api()).requestSchemas()[c.version()];
            for (String path : SchemaBytes.arrayPaths(schema)) {
                for (String text : List.of("", "a", SchemaBytes.DISTINCT)) {
                    for (int nested = 0; nested <= 1; nested++) {
                        ByteBuf frame = SchemaBytes.write(schema, SchemaBytes.swollen(path, ELEMENTS, nested, text));
                        decode(c, frame.duplicate());
                        decoders.heapCharged = Long.MAX_VALUE / 2;
                        long bytes = AllocationMeter.bytesAllocatedBy(() -> decode(c, frame.duplicate()));
                        int size = frame.readableBytes();
                        double factor = (double) bytes / size;
                        most = Math.max(most, Double.isNaN(perField(c, bytes, size)) ? 0 : perField(c, bytes, size));
                        if (factor > worstPerField.getOrDefault(c.api().name(), 0.0)) {
                            worstPerField.put(c.api().name(), factor);
                            worst.put(
                                    c.api().name(),
                                    String.format(
                                            Locale.ROOT,
                                            "%s %s: %d bytes of heap from %d on the wire (x%.1f, %.0f per value read)",
                                            c,
                                            path,
                                            bytes,
                                            size,
                                            factor,
                                            perField(c, bytes, size)));
                        }
                        if (bytes > decoders.heapCharged + ApiSpec.HEAP_BYTES_CONSTANT) {
                            broken.add(
                                    c + " " + path + ": " + bytes + " bytes of heap, charged " + decoders.heapCharged);
                        }
                        if (bytes > c.api().maxDecodedBytes(size)) {
                            broken.add(c + " " + path + ": " + bytes + " bytes of heap from " + size + " on the wire");
                        }
                    }
                }
            }
        }
        worst.values().forEach(System.out::println);
        System.out.printf("at worst %.0f bytes of heap per value read%n", most);
        assertThat(broken).isEmpty();
        assertThat(worst).isNotEmpty();
    }

    /** Heap per primitive value of a generated message; NaN for those with codecs of their own. */
    private double perField(Decoders.Case c, long bytes, int size) {
        double fields = (decoders.heapCharged - 2.0 * size) / c.api().heapBytesPerField();
        return decoders.heapCharged == Long.MAX_VALUE / 2 ? Double.NaN : bytes / fields;
    }

    private boolean decode(Decoders.Case c, ByteBuf frame) {
        try {
            decoders.decode(c, frame);
            return true;
        } catch (MalformedRequestException e) {
            return false;
        }
    }
}
