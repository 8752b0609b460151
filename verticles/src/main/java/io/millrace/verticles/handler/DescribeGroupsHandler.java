package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;

/**
 * DescribeGroups: state, members and assignments of classic groups; each group once, however often it is named, because
 * the answer may be much larger than the question.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequestData> {
    private final Node node;

    public DescribeGroupsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeGroupsRequestData request, RequestContext context) {
        ClientContext client = GroupClients.of(context);
        List<Future<DescribedGroup>> groups = new ArrayList<>();
        for (String groupId : new LinkedHashSet<>(request.groups())) {
            groups.add(node.groups()
                    .<List<DescribedGroup>>ask(
                            groupId,
                            (machine, nowMs, answer) -> machine.describeGroups(List.of(groupId), client, nowMs, answer))
                    .map(described -> described.get(0))
                    .otherwise(failure -> GroupErrors.describe(groupId, CoordinatorException.errorOf(failure), null)));
        }
        Future.join(groups).onComplete(done -> {
            DescribeGroupsResponseData response = new DescribeGroupsResponseData();
            for (Future<DescribedGroup> group : groups) {
                DescribedGroup described = group.result();
                context.error(described.errorCode());
                boolean told = request.includeAuthorizedOperations() && described.errorCode() == Errors.NONE.code();
                described.setAuthorizedOperations(told ? AuthorizedOperations.GROUP : AuthorizedOperations.NOT_ASKED);
                response.groups().add(described);
            }
            context.respond(response);
        });
    }
}
