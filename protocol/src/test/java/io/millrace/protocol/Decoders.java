package io.millrace.protocol;

import io.millrace.protocol.fetch.FetchRequestDecoder;
import io.millrace.protocol.produce.ProduceRequestDecoder;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;

/**
 * Decodes a body of any served API with the decoder that production uses for it.
 *
 * <p>Thread: one per instance.
 */
final class Decoders {
    /** One version of one API. */
    record Case(ApiSpec api, short version) {
        @Override
        public String toString() {
            return api.name() + " v" + version;
        }
    }

    final ApiRegistry registry = ApiRegistry.standard(ApiRegistry.DEFAULT_SOCKET_REQUEST_MAX_BYTES);
    /** What the last generated message that was decoded was charged. */
    long heapCharged;

    private final MessageCodec codec = new MessageCodec(registry);
    private final ProduceRequestDecoder produce =
            new ProduceRequestDecoder(registry.spec(ApiMessageType.PRODUCE.apiKey()));
    private final FetchRequestDecoder fetch = new FetchRequestDecoder(registry.spec(ApiMessageType.FETCH.apiKey()));

    Object decode(Case c, ByteBuf body) {
        return switch (c.api().api()) {
            case PRODUCE -> produce.decode(c.version(), body);
            case FETCH -> fetch.decode(c.version(), body);
            default -> codec.decode(c.api(), c.version(), body, charged -> heapCharged = charged);
        };
    }

    /** What kafka-clients knows of an API. */
    static ApiMessageType type(ApiSpec api) {
        return ApiMessageType.fromApiKey(api.key());
    }

    List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (ApiSpec api : registry.specs()) {
            for (short v = api.minServed(); v <= api.max(); v++) {
                cases.add(new Case(api, v));
            }
        }
        return cases;
    }
}
