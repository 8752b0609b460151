package io.millrace.verticles.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One counter with one writer: an add is a plain load and an opaque store, with no lock prefix and no fence.
 *
 * <p>Thread: {@link #add} from the one thread that owns the cell; {@link #get} from any.
 */
public final class Cell {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Cell.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    public void add(long amount) {
        VALUE.setOpaque(this, value + amount);
    }

    public void increment() {
        add(1);
    }

    public long get() {
        return (long) VALUE.getOpaque(this);
    }
}
