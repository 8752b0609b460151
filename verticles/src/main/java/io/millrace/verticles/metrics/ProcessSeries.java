package io.millrace.verticles.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The process and its JVM under the names of Prometheus' own JVM client, where Micrometer gives them others.
 *
 * <p>Thread: one scrape at a time; reads small files of {@code /proc}.
 */
final class ProcessSeries {
    private static final long PAGE_BYTES = 4096;

    private ProcessSeries() {}

    static void write(MetricsText text) {
        text.family("jvm_gc_collection_seconds", "summary", "Time in garbage collection.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            text.sample("jvm_gc_collection_seconds_count", collector.getCollectionCount(), "gc", collector.getName());
            text.sample(
                    "jvm_gc_collection_seconds_sum", collector.getCollectionTime() / 1e3, "gc", collector.getName());
        }
        var threads = ManagementFactory.getThreadMXBean();
        text.singleGauge("jvm_threads_current", "Threads.", threads.getThreadCount());
        text.singleGauge("jvm_threads_peak", "Most threads at once.", threads.getPeakThreadCount());
        var runtime = ManagementFactory.getRuntimeMXBean();
        text.gauge("jvm_info", "1, with the JVM's version.");
        text.sample("jvm_info", 1, "version", runtime.getVmVersion(), "vendor", runtime.getVmVendor());
        text.singleGauge("process_start_time_seconds", "Start, seconds since 1970.", runtime.getStartTime() / 1e3);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            text.singleCounter("process_cpu_seconds_total", "Processor time.", system.getProcessCpuTime() / 1e9);
            text.singleGauge("process_open_fds", "Open files and sockets.", system.getOpenFileDescriptorCount());
            text.singleGauge("process_max_fds", "Limit of the former.", system.getMaxFileDescriptorCount());
        }
        String[] pages = read("/proc/self/statm").split(" ");
        if (pages.length > 1) {
            text.singleGauge("process_resident_memory_bytes", "RSS.", Long.parseLong(pages[1]) * PAGE_BYTES);
        }
        String disk = read("/proc/self/io");
        text.singleGauge(
                "kafka_server_kafkaserver_linux_disk_read_bytes", "Read from disks.", field(disk, "read_bytes: "));
        text.singleGauge(
                "kafka_server_kafkaserver_linux_disk_write_bytes", "Written to disks.", field(disk, "\nwrite_bytes: "));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static long field(String text, String name) {
        int at = text.indexOf(name);
        if (at < 0) {
            return 0;
        }
        int end = text.indexOf('\n', at + name.length());
        return Long.parseLong(text.substring(at + name.length(), end < 0 ? text.length() : end)
                .strip());
    }
}
