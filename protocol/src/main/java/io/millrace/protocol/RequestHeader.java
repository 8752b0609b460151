package io.millrace.protocol;

/**
 * The header of one request.
 *
 * <p>Thread: any; immutable.
 *
 * @param clientId null when the client sent none
 */
public record RequestHeader(ApiSpec api, short version, int correlationId, String clientId) {}
