package io.millrace.oracle;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * One of the two brokers as a question sees it: connections to it, topics of its own with unique names, and the words by
 * which the differences that may be (names, ids, ports) are taken out of an answer.
 *
 * <p>Thread: any.
 */
public final class Side implements AutoCloseable {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final Pattern ID = Pattern.compile("(topicId|clusterId)='?([A-Za-z0-9_-]{22})'?");

    private final Broker broker;
    private final Map<String, String> labels = new ConcurrentHashMap<>();
    private Admin admin;

    Side(Broker broker) {
        this.broker = broker;
    }

    public String name() {
        return broker.name();
    }

    public Broker broker() {
        return broker;
    }

    public WireClient connect() throws IOException {
        return WireClient.to(broker.port());
    }

    public WireClient connectToSecondListener() throws IOException {
        return WireClient.to(broker.secondPort());
    }

    public synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    "bootstrap.servers", broker.bootstrap(),
                    "request.timeout.ms", "20000",
                    "default.api.timeout.ms", "20000",
                    "retry.backoff.ms", "20",
                    "retry.backoff.max.ms", "50"));
        }
        return admin;
    }

    /** A name nobody else uses; {@link #normal} turns it back into the label. */
    public String uniqueName(String label) {
        String name = label + ".n" + SERIAL.incrementAndGet();
        labels.put(name, label);
        return name;
    }

    public Topic topic(String label) throws IOException {
        return topic(label, 1, Map.of());
    }

    /** Creates a topic with replication factor 1 and waits until its leaders are known. */
    public Topic topic(String label, int partitions, Map<String, String> configs) throws IOException {
        return topicNamed(uniqueName(label), partitions, configs);
    }

    public Topic topicNamed(String name, int partitions, Map<String, String> configs) throws IOException {
        CreatableTopicConfigCollection wanted = new CreatableTopicConfigCollection();
        configs.forEach((key, value) ->
                wanted.add(new CreatableTopicConfig().setName(key).setValue(value)));
        CreatableTopicCollection topics = new CreatableTopicCollection();
        topics.add(new CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1)
                .setConfigs(wanted));
        try (WireClient client = connect()) {
            CreateTopicsResponseData response =
                    client.ask(new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(20_000), 7);
            var result = response.topics().iterator().next();
            if (result.errorCode() != 0) {
                throw new IllegalStateException(
                        name() + " does not create " + name + ": " + result.errorCode() + " " + result.errorMessage());
            }
            awaitLeaders(client, name);
            Topic topic = new Topic(name, result.topicId());
            for (int partition = 0; partition < result.numPartitions(); partition++) {
                awaitReplica(client, topic, partition);
            }
            return topic;
        }
    }

    private void awaitLeaders(WireClient client, String topic) throws IOException {
        for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
            MetadataResponseData metadata = client.ask(
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName(topic)))
                            .setAllowAutoTopicCreation(false),
                    9);
            MetadataResponseTopic answer = metadata.topics().iterator().next();
            if (answer.errorCode() == 0
                    && answer.partitions().stream().allMatch(p -> p.errorCode() == 0 && p.leaderId() >= 0)) {
                return;
            }
        }
        throw new IllegalStateException(name() + " names no leader for " + topic);
    }

    /** Metadata may name the leader a moment before its replica takes requests. */
    private void awaitReplica(WireClient client, Topic topic, int partition) throws IOException {
        for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
            ListOffsetsResponseData answer = client.ask(Requests.listOffsets(topic, partition, -1), 6);
            if (answer.topics().get(0).partitions().get(0).errorCode() == 0) {
                return;
            }
        }
        throw new IllegalStateException(name() + " does not serve " + topic.name() + "-" + partition);
    }

    /** The text of an answer without what may differ: unique names, topic and cluster ids, ports. */
    public String normal(Object answer) {
        String text = String.valueOf(answer);
        Map<String, String> names = new LinkedHashMap<>(labels);
        for (Map.Entry<String, String> entry : names.entrySet()) {
            text = text.replaceAll(
                    Pattern.quote(entry.getKey()) + "(?![0-9])", Matcher.quoteReplacement(entry.getValue()));
        }
        text = ID.matcher(text)
                .replaceAll(found ->
                        found.group(1) + "=" + (found.group(2).equals(Uuid.ZERO_UUID.toString()) ? "none" : "some"));
        return text.replaceAll("\\b" + broker.port() + "\\b", "PORT")
                .replaceAll("\\b" + broker.secondPort() + "\\b", "SECOND_PORT");
    }

    <T> T answer(BothBrokers.Question<T> question) throws Exception {
        try {
            return question.askOf(this);
        } catch (Exception | AssertionError e) {
            e.addSuppressed(new IllegalStateException("asked of " + name() + ", log in " + broker.logFile()));
            throw e;
        }
    }

    <T> T answerUnchecked(BothBrokers.Question<T> question) {
        try {
            return answer(question);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close();
        }
        broker.close();
    }

    /** A topic that is there, but for "unknown topic", "unknown id" and "zero id". */
    Topic topicOrNone(String what) throws IOException {
        Topic there = topic("there");
        return switch (what) {
            case "unknown topic" -> new Topic(uniqueName("absent"), there.id());
            case "unknown id" -> new Topic(there.name(), new Uuid(7, 7));
            case "zero id" -> new Topic(there.name(), Uuid.ZERO_UUID);
            default -> there;
        };
    }

    /** The value, or the name of the error that the client made an exception of. */
    static <T> Object outcome(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            return Errors.forException(e.getCause()).name();
        }
    }
}
