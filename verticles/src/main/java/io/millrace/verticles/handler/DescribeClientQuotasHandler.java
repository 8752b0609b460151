package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;

/**
 * DescribeClientQuotas: there are no quotas, so a filter that makes sense matches none (KIP-546).
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeClientQuotasHandler implements ApiHandler<DescribeClientQuotasRequestData> {
    private static final String IP = "ip";
    private static final Set<String> KINDS = Set.of("user", "client-id", IP);
    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte SPECIFIED = 2;

    /** What is wrong with a filter. */
    private record Complaint(Errors error, String why) {}

    @Override
    public void handle(DescribeClientQuotasRequestData request, RequestContext context) {
        DescribeClientQuotasResponseData response = new DescribeClientQuotasResponseData();
        Complaint complaint = check(request.components());
        if (complaint == null) {
            response.setEntries(List.of());
        } else {
            context.error(complaint.error().code());
            response.setErrorCode(complaint.error().code())
                    .setErrorMessage(complaint.why())
                    .setEntries(null);
        }
        context.respond(response);
    }

    private static Complaint check(List<ComponentData> components) {
        Set<String> kinds = new HashSet<>();
        for (ComponentData component : components) {
            String kind = component.entityType();
            if (kind.isEmpty()) {
                return new Complaint(Errors.INVALID_REQUEST, "Invalid empty entity type.");
            }
            if (!kinds.add(kind)) {
                return new Complaint(
                        Errors.INVALID_REQUEST, "Entity type " + kind + " cannot appear more than once in the filter.");
            }
            if (!KINDS.contains(kind)) {
                return new Complaint(Errors.UNSUPPORTED_VERSION, "Unsupported entity type " + kind);
            }
            String mismatch = mismatch(component);
            if (mismatch != null) {
                return new Complaint(Errors.INVALID_REQUEST, mismatch);
            }
        }
        return kinds.contains(IP) && kinds.size() > 1
                ? new Complaint(
                        Errors.INVALID_REQUEST,
                        "Invalid entity filter component combination, IP filter component should not be used with"
                                + " user or clientId filter component.")
                : null;
    }

    private static String mismatch(ComponentData component) {
        boolean named = component.match() != null;
        return switch (component.matchType()) {
            case EXACT -> named ? null : "Request specified MATCH_TYPE_EXACT, but set match string to null.";
            case DEFAULT -> named ? "Request specified MATCH_TYPE_DEFAULT, but also specified a match string." : null;
            case SPECIFIED ->
                named ? "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string." : null;
            default -> "Unknown match type " + component.matchType();
        };
    }
}
