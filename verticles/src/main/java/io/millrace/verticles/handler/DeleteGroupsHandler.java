package io.millrace.verticles.handler;

import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;

/**
 * DeleteGroups: groups without members and all that they have committed.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData> {
    private final Node node;

    public DeleteGroupsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DeleteGroupsRequestData request, RequestContext context) {
        List<Future<DeletableGroupResult>> deletions = new ArrayList<>();
        for (String groupId : new LinkedHashSet<>(request.groupsNames())) {
            deletions.add(node.groups()
                    .<DeletableGroupResult>ask(
                            groupId, (machine, nowMs, answer) -> machine.deleteGroup(groupId, nowMs, answer))
                    .otherwise(failure -> GroupErrors.delete(groupId, CoordinatorException.errorOf(failure))));
        }
        Future.join(deletions).onComplete(done -> {
            DeleteGroupsResponseData response = new DeleteGroupsResponseData()
                    .setResults(new DeletableGroupResultCollection(AnswerRows.capacity(deletions.size())));
            for (Future<DeletableGroupResult> deletion : deletions) {
                DeletableGroupResult result = deletion.result();
                context.error(result.errorCode());
                response.results()
                        .add(new AnswerRows.DeletedGroup(response.results().size())
                                .setGroupId(result.groupId())
                                .setErrorCode(result.errorCode())
                                .setErrorMessage(result.errorMessage()));
            }
            context.respond(response);
        });
    }
}
