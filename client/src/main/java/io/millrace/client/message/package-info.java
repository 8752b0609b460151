/**
 * Requests and answers of Kafka's protocol in the one version of each that this client speaks, written by hand: all older
 * than the flexible versions, all still served by Kafka 4.
 *
 * <p>One file per API; open {@link io.millrace.client.message.Fetch} first. Never imported here: anything that sends.
 */
package io.millrace.client.message;
