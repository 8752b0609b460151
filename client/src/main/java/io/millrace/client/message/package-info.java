/**
 * Requests and answers of Kafka's protocol in the one version of each that this client speaks, written by hand: all older
 * than the flexible versions, all still served by Kafka 4.
 */
package io.millrace.client.message;
