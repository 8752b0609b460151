package io.millrace.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The figures of both brokers, round by round, and the table that compares their medians.
 *
 * <p>Thread: main.
 */
final class Results {
    private record Row(String figure, String unit, String goal, Map<String, List<Double>> values) {}

    private final Map<String, Row> rows = new LinkedHashMap<>();

    void add(Peer peer, String figure, String unit, String goal, double value) {
        add(peer.name(), figure, unit, goal, value);
    }

    void add(String peer, String figure, String unit, String goal, double value) {
        rows.computeIfAbsent(figure, f -> new Row(f, unit, goal, new LinkedHashMap<>()))
                .values()
                .computeIfAbsent(peer, p -> new ArrayList<>())
                .add(value);
        System.out.printf(Locale.ROOT, "%-9s %-62s %10.3f %s%n", peer, figure, value, unit);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String text(List<Double> values) {
        if (values == null) {
            return "-";
        }
        String all = values.stream().map(Results::text).collect(Collectors.joining(" "));
        return values.size() == 1 ? all : text(median(values)) + " (" + all + ")";
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    String markdown() {
        StringBuilder table =
                new StringBuilder("| figure | Kafka | Millrace | ratio | goal |\n| --- | --- | --- | --- | --- |\n");
        for (Row row : rows.values()) {
            List<Double> kafka = row.values().get("Kafka");
            List<Double> ours = row.values().get("Millrace");
            String ratio = kafka == null || ours == null || median(kafka) == 0
                    ? "-"
                    : text(median(ours) / median(kafka)) + "x";
            table.append("| ")
                    .append(row.figure())
                    .append(", ")
                    .append(row.unit())
                    .append(" | ")
                    .append(text(kafka))
                    .append(" | ")
                    .append(text(ours))
                    .append(" | ")
                    .append(ratio)
                    .append(" | ")
                    .append(row.goal())
                    .append(" |\n");
        }
        return table.toString();
    }
}
