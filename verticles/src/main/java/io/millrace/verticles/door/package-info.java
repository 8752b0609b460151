/**
 * The event-bus door: what an application on the same clustered bus asks with {@code eventBus().request(...)}.
 *
 * <p>Two languages at one address. Plain JSON or {@code Buffer} messages, for anybody ({@link
 * io.millrace.verticles.door.PlainDoor}); and frames of Kafka's protocol in a versioned envelope, for our {@code client}
 * ({@link io.millrace.verticles.door.DoorSession}), which are served by the very handlers that serve Kafka's own clients.
 * Either way bytes go through the shards' append and fetch groups: there is no second data path.
 *
 * <p>The client's messages are taken before Vert.x decodes them and answered from where the records lie ({@link
 * io.millrace.verticles.door.DoorMessage}, {@link io.millrace.verticles.door.TakenMessage}, {@link
 * io.millrace.verticles.door.DoorReply}); what readers asked for and have not taken is bounded by {@link
 * io.millrace.verticles.door.UnsentAnswers}, and of plain requests by {@link io.millrace.verticles.door.PlainDoor} itself.
 *
 * <p>Open {@link io.millrace.verticles.door.DoorVerticle} first; the bytes are documented in {@code docs/EVENTBUS.md}. Never
 * import here: Hazelcast, Kafka's client classes other than errors.
 */
package io.millrace.verticles.door;
