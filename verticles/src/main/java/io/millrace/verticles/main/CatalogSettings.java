package io.millrace.verticles.main;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.ConfigDefinition;
import io.millrace.verticles.config.KafkaSettings;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Lets the config reader ask the catalog of Kafka's settings.
 *
 * <p>Thread: any.
 */
final class CatalogSettings implements KafkaSettings {
    @Override
    public Collection<String> names() {
        return ConfigCatalog.get().brokers().stream()
                .filter(definition -> !definition.internal())
                .map(ConfigDefinition::name)
                .toList();
    }

    @Override
    public List<Remark> check(Map<String, String> settings) {
        if (settings.isEmpty()) {
            return List.of();
        }
        return ConfigCatalog.get().checkNodeSettings(settings).stream()
                .map(problem -> new Remark(problem.name(), problem.refused(), problem.message()))
                .toList();
    }
}
