/**
 * The embedded Kafka broker: one KRaft node, broker and controller in one JVM, for a laptop and for tests.
 *
 * <p>{@link weft.local.broker.EmbeddedBroker} is the only class of the project that touches Kafka's server internals, so
 * that a Kafka upgrade has one place to mend. Kafka starts its own threads; callers use the main thread.
 */
@NullMarked
package weft.local.broker;

import org.jspecify.annotations.NullMarked;
