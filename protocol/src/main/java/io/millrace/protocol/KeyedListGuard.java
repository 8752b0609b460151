package io.millrace.protocol;

import io.millrace.protocol.wire.ByteBufReadable;
import io.netty.buffer.ByteBuf;

/**
 * Walks a request that will be decoded into hash collections, before it is, and refuses keys chosen to collide: see
 * {@link ProbeBudget} for what they would cost.
 *
 * <p>It reads through the same bounded buffer with the same budget as the decoder, along a {@link WirePlan} made once per
 * version, and keeps one int per element of the list it is in.
 *
 * <p>Thread: the one that decodes; one per request.
 */
final class KeyedListGuard {
    /** Below this many bytes no list is long enough to matter, and nearly all requests are below it. */
    private static final int HARMLESS_BYTES = 256;

    private final ByteBufReadable in;
    private final ProbeBudget budget = new ProbeBudget();

    private KeyedListGuard(ByteBufReadable in) {
        this.in = in;
    }

    /**
     * Leaves the buffer's indexes as they are.
     *
     * @throws MalformedRequestException when decoding would take too long, or fail anyway
     */
    static void check(ApiSpec api, short version, ByteBuf body) {
        if (body.readableBytes() <= HARMLESS_BYTES) {
            return;
        }
        WirePlan plan = KeyedLists.plan(api.api(), version);
        if (plan != null) {
            new KeyedListGuard(new ByteBufReadable(body.duplicate(), api.maxFields())).walk(plan);
        }
    }

    /** Reads one value and returns its hash, computed as the generated classes do for those that are keys. */
    private int walk(WirePlan plan) {
        switch (plan.kind) {
            case STRUCT:
                return plan.nullable && in.readByte() < 0 ? 0 : struct(plan);
            case LIST:
                list(plan);
                return 0;
            case TAGS:
                tags(plan);
                return 0;
            case TEXT:
                return in.readTextHash(plan.compact);
            case BLOB:
                in.skipBytes(plan.compact);
                return 0;
            case BYTE:
                return in.readByte();
            case SHORT:
                return in.readShort();
            case INT:
                return in.readInt();
            case LONG:
                return Long.hashCode(in.readLong());
            case UUID:
                in.skip(2 * Long.BYTES);
                return 0;
            default:
                throw new IllegalStateException("no reader for " + plan.kind);
        }
    }

    private int struct(WirePlan plan) {
        int hash = 0;
        for (WirePlan field : plan.children) {
            int fieldHash = walk(field);
            if (field.key) {
                hash = 31 * hash + fieldHash;
            }
        }
        return hash;
    }

    private void list(WirePlan plan) {
        int count = in.readArrayCount(plan.compact, 1);
        WirePlan element = plan.children[0];
        int[] hashes = plan.keyed && count > 0 ? new int[count] : null;
        for (int i = 0; i < count; i++) {
            int hash = walk(element);
            if (hashes != null) {
                hashes[i] = hash;
            }
        }
        if (hashes != null) {
            budget.charge(hashes, count);
        }
    }

    private void tags(WirePlan plan) {
        int count = in.readTaggedFieldCount();
        for (int i = 0; i < count; i++) {
            int tag = in.readUnsignedVarint();
            int size = in.readUnsignedVarint();
            WirePlan known = plan.tagged(tag);
            if (known == null) {
                in.skip(size);
            } else {
                walk(known);
            }
        }
    }
}
