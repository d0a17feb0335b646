/**
 * A real broker for tests of every module. It listens on loopback only, lives in a temporary folder and ends with the
 * JVM; its threads are Kafka's own.
 */
@NullMarked
package weft.log.testing;

import org.jspecify.annotations.NullMarked;
