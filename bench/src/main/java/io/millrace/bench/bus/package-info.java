/**
 * Measurements of the event bus between processes; the figures stand in {@code docs/adr/0002} and {@code docs/adr/0003}.
 *
 * <p>Open {@link io.millrace.bench.bus.BusCopies} first. Nothing here is shipped, and nothing may import it.
 */
package io.millrace.bench.bus;
