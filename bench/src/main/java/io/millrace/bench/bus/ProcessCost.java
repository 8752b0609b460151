package io.millrace.bench.bus;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a process has spent so far: processor time of all its threads, heap bytes allocated by the live ones.
 *
 * <p>Thread: immutable.
 */
record ProcessCost(long cpuNanos, long allocatedBytes) {
    static ProcessCost now() {
        long cpu = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            allocated += Math.max(0, bytes);
        }
        return new ProcessCost(cpu, allocated);
    }

    ProcessCost minus(ProcessCost earlier) {
        return new ProcessCost(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
    }

    String toLine() {
        return cpuNanos + " " + allocatedBytes;
    }

    static ProcessCost parse(String line) {
        String[] parts = line.split(" ");
        return new ProcessCost(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }
}
