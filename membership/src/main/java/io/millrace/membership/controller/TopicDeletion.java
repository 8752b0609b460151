package io.millrace.membership.controller;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.RemoveTopicRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Answers {@link DeleteTopics}.
 *
 * <p>Thread: the controller's.
 */
final class TopicDeletion {
    private final EffectiveConfigs configs;

    TopicDeletion(EffectiveConfigs configs) {
        this.configs = configs;
    }

    DeleteTopics.Outcome decide(DeleteTopics command, Decision decision) {
        boolean enabled = configs.brokerBoolean(decision.image(), "delete.topic.enable");
        Map<DeleteTopics.Target, Integer> targets = new HashMap<>();
        Map<UUID, Integer> ids = new HashMap<>();
        MetadataImage before = decision.image();
        for (DeleteTopics.Target target : command.targets()) {
            targets.merge(target, 1, Integer::sum);
            TopicImage topic = find(target, before);
            if (topic != null) {
                ids.merge(topic.id(), 1, Integer::sum);
            }
        }
        List<DeleteTopics.Result> results = new ArrayList<>();
        for (DeleteTopics.Target target : command.targets()) {
            Integer times = targets.remove(target);
            if (times == null) {
                continue;
            }
            try {
                if (!enabled) {
                    throw new Refusal(ControllerError.TOPIC_DELETION_DISABLED, "Topic deletion is disabled.");
                }
                checkTarget(target, times);
                TopicImage topic = known(target, before);
                if (ids.get(topic.id()) > 1) {
                    throw new Refusal(
                            ControllerError.INVALID_REQUEST,
                            "The provided topic name maps to an ID that was already supplied.");
                }
                decision.add(new RemoveTopicRecord(topic.id()));
                results.add(new DeleteTopics.Result(topic.name(), topic.id(), ControllerError.NONE, null));
            } catch (Refusal refusal) {
                results.add(new DeleteTopics.Result(target.name(), target.id(), refusal.error(), refusal.getMessage()));
            }
        }
        return new DeleteTopics.Outcome(results);
    }

    private static void checkTarget(DeleteTopics.Target target, int times) {
        if (target.name() == null && target.id() == null) {
            throw new Refusal(ControllerError.INVALID_REQUEST, "Neither topic name nor id were specified.");
        }
        if (target.name() != null && target.id() != null) {
            throw new Refusal(ControllerError.INVALID_REQUEST, "You may not specify both topic name and topic id.");
        }
        if (times > 1) {
            throw new Refusal(
                    ControllerError.INVALID_REQUEST,
                    target.name() != null ? "Duplicate topic name." : "Duplicate topic id.");
        }
    }

    private static TopicImage find(DeleteTopics.Target target, MetadataImage image) {
        return target.name() != null
                ? image.topic(target.name())
                : target.id() != null ? image.topic(target.id()) : null;
    }

    private static TopicImage known(DeleteTopics.Target target, MetadataImage image) {
        TopicImage topic = find(target, image);
        if (topic != null) {
            return topic;
        }
        throw target.name() != null
                ? new Refusal(
                        ControllerError.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.")
                : new Refusal(ControllerError.UNKNOWN_TOPIC_ID, "This server does not host this topic ID.");
    }
}
