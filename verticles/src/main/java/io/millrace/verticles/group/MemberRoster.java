package io.millrace.verticles.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.message.JoinGroupResponseData;

/**
 * The members of one classic group, by id and by instance id, with what must be counted over all of them: who waits for
 * the next generation, which protocols everybody offers. The leader is one of them, or nobody.
 *
 * <p>Iteration follows the hash of the ids, as in Kafka: who leads next is arbitrary, but the same on every run.
 *
 * <p>Thread: the machine's.
 */
final class MemberRoster {
    private final Map<String, ClassicMember> members = new HashMap<>();
    private final Map<String, String> idByInstance = new HashMap<>();
    private final Map<String, Integer> offeredBy = new HashMap<>();
    private String leaderId;
    private int joining;

    boolean isEmpty() {
        return members.isEmpty();
    }

    int size() {
        return members.size();
    }

    Collection<ClassicMember> all() {
        return members.values();
    }

    boolean has(String memberId) {
        return members.containsKey(memberId);
    }

    /** Null when there is none. */
    ClassicMember get(String memberId) {
        return members.get(memberId);
    }

    /** Null when nobody has this instance id. */
    String idOfInstance(String instanceId) {
        return idByInstance.get(instanceId);
    }

    /** How many members wait for the next generation. */
    int joining() {
        return joining;
    }

    /** Null when there is none. */
    String leaderId() {
        return leaderId;
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leaderId);
    }

    void restoreLeader(String memberId) {
        leaderId = memberId;
    }

    /** Adds a member; the first one leads. */
    void add(ClassicMember member) {
        member.instanceId().ifPresent(instance -> {
            if (idByInstance.putIfAbsent(instance, member.id()) != null) {
                throw new IllegalStateException("instance " + instance + " is a member already");
            }
        });
        if (members.put(member.id(), member) != null) {
            throw new IllegalStateException("member " + member.id() + " is in the group already");
        }
        count(member, 1);
        joining += member.isJoining() ? 1 : 0;
        if (leaderId == null) {
            leaderId = member.id();
        }
    }

    /** Takes a member out, null when it is not there; another one leads if it did. */
    ClassicMember remove(String memberId) {
        ClassicMember member = members.remove(memberId);
        if (member != null) {
            count(member, -1);
            joining -= member.isJoining() ? 1 : 0;
            member.instanceId().ifPresent(idByInstance::remove);
        }
        if (isLeader(memberId)) {
            leaderId = members.isEmpty() ? null : members.keySet().iterator().next();
        }
        return member;
    }

    /** Puts a static member's new life in the place of its old one; it leads if the old one did. */
    void replace(ClassicMember old, ClassicMember renamed) {
        boolean led = isLeader(old.id());
        members.remove(old.id());
        count(old, -1);
        joining -= old.isJoining() ? 1 : 0;
        members.put(renamed.id(), renamed);
        count(renamed, 1);
        joining += renamed.isJoining() ? 1 : 0;
        idByInstance.put(renamed.instanceId().orElseThrow(), renamed.id());
        if (led) {
            leaderId = renamed.id();
        }
    }

    void update(ClassicMember member, List<ClassicMember.Protocol> protocols, int rebalanceMs, int sessionMs) {
        count(member, -1);
        member.update(protocols, rebalanceMs, sessionMs);
        count(member, 1);
    }

    /** The member waits for the next generation. */
    void awaitJoin(ClassicMember member, Consumer<JoinGroupResponseData> answer) {
        joining += member.swapJoining(answer) == null ? 1 : 0;
    }

    /** The member waits no more; whoever takes its answer away answers. */
    void forgetJoin(ClassicMember member) {
        joining -= member.swapJoining(null) == null ? 0 : 1;
    }

    /** Answers a waiting JoinGroup, if there is one. */
    void answerJoin(ClassicMember member, JoinGroupResponseData response) {
        Consumer<JoinGroupResponseData> answer = member.swapJoining(null);
        if (answer != null) {
            joining--;
            answer.accept(response);
        }
    }

    /**
     * The leader leads on if it has joined again; else one that has joined takes over. False: nobody has joined, or nobody
     * is there.
     */
    boolean electJoined() {
        if (leaderId == null) {
            return false;
        }
        if (members.get(leaderId).isJoining()) {
            return true;
        }
        for (ClassicMember member : members.values()) {
            if (member.isJoining()) {
                leaderId = member.id();
                return true;
            }
        }
        return false;
    }

    /** Whether one of these protocols is offered by every member. */
    boolean allOfferOneOf(List<ClassicMember.Protocol> protocols) {
        return protocols.stream().anyMatch(p -> offeredBy.getOrDefault(p.name(), 0) == members.size());
    }

    /** The protocol with the most votes among those that everybody offers. */
    String electProtocol() {
        Set<String> candidates = new HashSet<>();
        offeredBy.forEach((name, count) -> {
            if (count == members.size()) {
                candidates.add(name);
            }
        });
        Map<String, Integer> votes = new HashMap<>();
        members.values().forEach(member -> votes.merge(member.vote(candidates), 1, Integer::sum));
        String elected = null;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (elected == null || vote.getValue() > votes.get(elected)) {
                elected = vote.getKey();
            }
        }
        return elected;
    }

    /** How long a rebalance may take: what its most patient member grants. */
    int rebalanceTimeoutMs() {
        return members.values().stream()
                .mapToInt(ClassicMember::rebalanceTimeoutMs)
                .max()
                .orElse(0);
    }

    private void count(ClassicMember member, int by) {
        member.protocols()
                .forEach(p -> offeredBy.merge(p.name(), by, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b)));
    }
}
