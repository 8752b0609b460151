package io.millrace.simulation;

import io.millrace.sim.SimOwner;
import io.millrace.sim.SimScheduler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A Netty event loop whose turns and timers are events of a simulation, so that shards run in it as they are. It has no
 * channels.
 *
 * <p>Thread: the simulation's only thread; "on the loop" is whoever runs as its task.
 */
final class SimEventLoop extends AbstractEventExecutor implements EventLoop {
    private static SimEventLoop running;

    private final SimScheduler scheduler;
    private final String name;
    private final SimOwner turns;

    SimEventLoop(SimScheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.name = name;
        this.turns = new SimOwner(scheduler, name);
    }

    /** The process dies: nothing that waits will ever run. */
    void stop() {
        turns.stop();
    }

    boolean isStopped() {
        return turns.stopped();
    }

    @Override
    public void execute(Runnable task) {
        turns.execute(() -> runHere(task));
    }

    private void runHere(Runnable task) {
        SimEventLoop before = running;
        running = this;
        try {
            task.run();
        } finally {
            running = before;
        }
    }

    @Override
    public boolean inEventLoop() {
        return running == this;
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return running == this;
    }

    /** A timer; the simulation knows milliseconds only, a shorter delay is one. */
    private final class Timed<V> extends DefaultPromise<V> implements ScheduledFuture<V> {
        private final long periodMs;
        private final Callable<V> task;
        private SimScheduler.Timer timer;

        private Timed(Callable<V> task, long delayMs, long periodMs) {
            super(SimEventLoop.this);
            this.task = task;
            this.periodMs = periodMs;
            arm(delayMs);
        }

        private void arm(long delayMs) {
            timer = scheduler.after(Math.max(1, delayMs), name + " timer", () -> execute(this::fire));
        }

        private void fire() {
            if (isCancelled()) {
                return;
            }
            try {
                V value = task.call();
                if (periodMs > 0) {
                    arm(periodMs);
                } else {
                    trySuccess(value);
                }
            } catch (RuntimeException bug) {
                throw bug;
            } catch (Exception failure) {
                tryFailure(failure);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            timer.cancel();
            return super.cancel(false);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException("nobody asks a timer how long it has to go");
        }

        @Override
        public int compareTo(Delayed other) {
            throw new UnsupportedOperationException("timers are ordered by the simulation");
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(Executors.callable(command), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return new Timed<>(callable, unit.toMillis(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return scheduleWithFixedDelay(command, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return new Timed<>(Executors.callable(command), unit.toMillis(initialDelay), unit.toMillis(delay));
    }

    @Override
    public EventLoop next() {
        return this;
    }

    @Override
    public EventLoopGroup parent() {
        return this;
    }

    @Override
    public ChannelFuture register(Channel channel) {
        throw new UnsupportedOperationException("there are no channels here");
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        throw new UnsupportedOperationException("there are no channels here");
    }

    @Deprecated
    @Override
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        throw new UnsupportedOperationException("there are no channels here");
    }

    @Override
    public boolean isShuttingDown() {
        return turns.stopped();
    }

    @Override
    public boolean isShutdown() {
        return turns.stopped();
    }

    @Override
    public boolean isTerminated() {
        return turns.stopped();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return turns.stopped();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        stop();
        return newSucceededFuture(null);
    }

    @Override
    public Future<?> terminationFuture() {
        return newPromise();
    }

    @Deprecated
    @Override
    public void shutdown() {
        stop();
    }
}
