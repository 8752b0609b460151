package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;

/**
 * DescribeUserScramCredentials: there are no users, so all of them are none, and each that is named is unknown (KIP-554).
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeUserScramCredentialsHandler implements ApiHandler<DescribeUserScramCredentialsRequestData> {
    @Override
    public void handle(DescribeUserScramCredentialsRequestData request, RequestContext context) {
        DescribeUserScramCredentialsResponseData response = new DescribeUserScramCredentialsResponseData();
        Map<String, Integer> named = new LinkedHashMap<>();
        if (request.users() != null) {
            for (UserName user : request.users()) {
                named.merge(user.name(), 1, Integer::sum);
            }
        }
        named.forEach((user, times) -> {
            Errors error = times == 1 ? Errors.RESOURCE_NOT_FOUND : Errors.DUPLICATE_RESOURCE;
            context.error(error.code());
            response.results()
                    .add(new DescribeUserScramCredentialsResult()
                            .setUser(user)
                            .setErrorCode(error.code())
                            .setErrorMessage(
                                    times == 1
                                            ? "Attempt to describe a user credential that does not exist: " + user
                                            : "Cannot describe SCRAM credentials for the same user twice in a single"
                                                    + " request: " + user));
        });
        context.respond(response);
    }
}
