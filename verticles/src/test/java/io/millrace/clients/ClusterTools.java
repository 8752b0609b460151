package io.millrace.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Kafka's command line tools against three nodes: by the names of their scripts, through any node.
 *
 * <p>Thread: the test's.
 */
final class ClusterTools implements AutoCloseable {
    private static final String TOOLS = "org.apache.kafka.tools.";

    private final Addresses nodes;
    private final Path folder;
    private final ToolShell shell;
    private int files;
    private Said last;

    ClusterTools(Addresses nodes, Path folder) throws IOException {
        this.nodes = nodes;
        this.folder = folder;
        this.shell = new ToolShell(nodes.bootstrap(), text -> text);
    }

    /** What a tool said, and its exit code; what it was asked is not part of it. */
    record Said(int exit, String text) {
        String ok() {
            if (exit != 0) {
                throw new AssertionError("exit " + exit + ": " + text);
            }
            return text;
        }
    }

    private Said run(String main, String at, List<String> first, String... arguments) {
        List<String> words = new ArrayList<>(first);
        words.addAll(List.of("--bootstrap-server", at));
        words.addAll(List.of(arguments));
        try {
            String answer = shell.runAsIs(main, words.toArray(String[]::new));
            String[] lines = answer.split("\n", 2);
            last = new Said(Integer.parseInt(lines[0].replaceAll(".* = ", "")), lines[1].strip());
            return last;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The last answer of all. */
    Said last() {
        return last;
    }

    Said topics(String... arguments) {
        return run(TOOLS + "TopicCommand", nodes.bootstrap(), List.of(), arguments);
    }

    Said topicsAt(int node, String... arguments) {
        return run(TOOLS + "TopicCommand", nodes.bootstrap(node), List.of(), arguments);
    }

    Said configsAt(int node, String... arguments) {
        return run("kafka.admin.ConfigCommand", nodes.bootstrap(node), List.of(), arguments);
    }

    Said reassign(String... arguments) {
        return run(TOOLS + "reassign.ReassignPartitionsCommand", nodes.bootstrap(), List.of(), arguments);
    }

    Said election(String... arguments) {
        return run(TOOLS + "LeaderElectionCommand", nodes.bootstrap(), List.of(), arguments);
    }

    Said quorumAt(int node, String... arguments) {
        return run(TOOLS + "MetadataQuorumCommand", nodes.bootstrap(node), List.of(), arguments);
    }

    Said clusterAt(int node, String what, String... arguments) {
        return run(TOOLS + "ClusterTool", nodes.bootstrap(node), List.of(what), arguments);
    }

    Said logDirsAt(int node, String... arguments) {
        return run(TOOLS + "LogDirsCommand", nodes.bootstrap(node), List.of(), arguments);
    }

    Said featuresAt(int node, String... arguments) {
        return run(TOOLS + "FeatureCommand", nodes.bootstrap(node), List.of(), arguments);
    }

    Said apiVersionsAt(int node) {
        return run(TOOLS + "BrokerApiVersionsCommand", nodes.bootstrap(node), List.of());
    }

    Said offsets(String... arguments) {
        return run(TOOLS + "GetOffsetShell", nodes.bootstrap(), List.of(), arguments);
    }

    Said deleteRecords(String json) {
        return run(TOOLS + "DeleteRecordsCommand", nodes.bootstrap(), List.of(), "--offset-json-file", file(json));
    }

    Said groupsAt(int node, String... arguments) {
        return run(TOOLS + "consumer.group.ConsumerGroupCommand", nodes.bootstrap(node), List.of(), arguments);
    }

    /** A file with this content, for a tool to read. */
    String file(String content) {
        try {
            return Files.writeString(folder.resolve("file-" + files++ + ".json"), content)
                    .toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A file that asks for these replicas of a topic's partitions, from the first partition on. */
    @SafeVarargs
    final String plan(String topic, List<Integer>... replicas) {
        List<String> partitions = new ArrayList<>();
        for (List<Integer> wanted : replicas) {
            partitions.add(
                    "{\"topic\":\"%s\",\"partition\":%d,\"replicas\":%s}".formatted(topic, partitions.size(), wanted));
        }
        return file("{\"version\":1,\"partitions\":[" + String.join(",", partitions) + "]}");
    }

    @Override
    public void close() {
        shell.close();
    }
}
