package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.message.JoinGroupResponseData;

/**
 * What clients know of the members of their groups, and the random choices that they make by it.
 *
 * <p>Thread: the test's.
 */
final class RandomMembers {
    static final List<String> INSTANCES = List.of("i1", "i2");

    private final Random random;
    private final Set<String> knownIds = new LinkedHashSet<>();
    private final Map<String, String> groupOf = new HashMap<>();
    private final Map<String, Integer> generations = new HashMap<>();
    /** What a well-behaved member would do next. */
    private final Map<String, String> wants = new LinkedHashMap<>();

    RandomMembers(Random random) {
        this.random = random;
    }

    Set<String> knownIds() {
        return knownIds;
    }

    Map<String, String> wants() {
        return wants;
    }

    String groupOf(String memberId) {
        return groupOf.get(memberId);
    }

    /** The newest generation that anybody was told; the first one while nobody was. */
    int generation(String group) {
        return generations.getOrDefault(group, 1);
    }

    void met(String group, String memberId) {
        knownIds.add(memberId);
        groupOf.put(memberId, group);
    }

    String anyMember(String group) {
        List<String> ids = new ArrayList<>(knownIds);
        if (random.nextInt(12) > 0) {
            ids.removeIf(id -> !group.equals(groupOf.get(id)));
        }
        if (ids.isEmpty() || random.nextInt(15) == 0) {
            return random.nextBoolean() ? "" : "nobody";
        }
        // Mostly young ones.
        return ids.get(ids.size() - 1 - Math.min(ids.size() - 1, random.nextInt(6)));
    }

    String instanceOf(String memberId) {
        if (random.nextInt(12) == 0) {
            return random.nextBoolean() ? null : INSTANCES.get(random.nextInt(INSTANCES.size()));
        }
        return INSTANCES.stream()
                .filter(i -> memberId.startsWith(i + "-"))
                .findFirst()
                .orElse(null);
    }

    int anyGeneration(String group) {
        return switch (random.nextInt(12)) {
            case 0 -> -1;
            case 1 -> random.nextInt(8);
            default -> generation(group);
        };
    }

    void learn(String group, JoinGroupResponseData response) {
        if (!response.memberId().isEmpty()) {
            knownIds.remove(response.memberId());
            knownIds.add(response.memberId());
            groupOf.put(response.memberId(), group);
            if (response.errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
                wants.put(response.memberId(), "join");
            } else if (response.errorCode() == 0) {
                wants.put(response.memberId(), "sync");
            }
        }
        if (response.generationId() >= 0) {
            generations.put(group, response.generationId());
        }
    }
}
