package io.millrace.verticles.metrics;

/**
 * Writes Prometheus' text format: a family's header once, then its samples, whatever order of labels the caller chose.
 *
 * <p>Thread: one; one instance per scrape.
 */
final class MetricsText {
    private final StringBuilder out;

    MetricsText(int expectedChars) {
        out = new StringBuilder(expectedChars);
    }

    MetricsText gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    /** A counter's name ends in {@code _total}. */
    MetricsText counter(String name, String help) {
        return family(name, "counter", help);
    }

    MetricsText family(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** @param labels name, value, name, value … */
    MetricsText sample(String name, double value, String... labels) {
        out.append(name);
        if (labels.length > 0) {
            char separator = '{';
            for (int i = 0; i < labels.length; i += 2) {
                out.append(separator).append(labels[i]).append("=\"");
                escape(labels[i + 1]);
                out.append('"');
                separator = ',';
            }
            out.append('}');
        }
        return value(value);
    }

    /** A sample whose labels are already written, for example {@code direction="in"}; may be empty. */
    MetricsText sampleWithLabels(String name, String labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        return value(value);
    }

    /** A family with one sample and no labels. */
    MetricsText singleGauge(String name, String help, double value) {
        return gauge(name, help).sample(name, value);
    }

    MetricsText singleCounter(String name, String help, double value) {
        return counter(name, help).sample(name, value);
    }

    void append(String ready) {
        out.append(ready);
    }

    private MetricsText value(double value) {
        out.append(' ');
        long whole = (long) value;
        if (whole == value && Math.abs(whole) < 1L << 53) {
            out.append(whole);
        } else if (Double.isNaN(value)) {
            out.append("NaN");
        } else if (Double.isInfinite(value)) {
            out.append(value > 0 ? "+Inf" : "-Inf");
        } else {
            out.append(value);
        }
        out.append('\n');
        return this;
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
