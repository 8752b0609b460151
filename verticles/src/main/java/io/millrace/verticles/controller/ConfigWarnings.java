package io.millrace.verticles.controller;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.ConfigDefinition;
import io.millrace.membership.config.ConfigStatus;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.record.ConfigResource;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the node's log when somebody sets a config that Kafka honours and this version does not: the request succeeds,
 * as tools expect, and an operator still learns of it.
 *
 * <p>Thread: the metadata's owner.
 */
public final class ConfigWarnings implements Consumer<MetadataDelta> {
    private static final Logger log = LoggerFactory.getLogger(ConfigWarnings.class);

    private final ConfigCatalog catalog;

    public ConfigWarnings(ConfigCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public void accept(MetadataDelta delta) {
        for (ConfigResource resource : delta.changedConfigs()) {
            Map<String, String> before = delta.before().configs(resource);
            delta.after().configs(resource).forEach((name, value) -> {
                if (!value.equals(before.get(name)) && isWithoutEffect(resource, name)) {
                    log.warn(
                            "{} {} has {}={}: kept and shown, but nothing follows from it",
                            resource.type(),
                            resource.name().isEmpty() ? "(all)" : resource.name(),
                            name,
                            value);
                }
            });
        }
    }

    private boolean isWithoutEffect(ConfigResource resource, String name) {
        ConfigDefinition definition =
                resource.type() == ConfigResource.Type.TOPIC ? catalog.topic(name) : catalog.broker(name);
        return definition != null && definition.status() == ConfigStatus.ACCEPTED_WITH_WARNING;
    }
}
