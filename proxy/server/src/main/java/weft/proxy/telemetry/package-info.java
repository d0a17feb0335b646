/**
 * What a proxy tells of its traffic. Event loops hand each finished request to {@link weft.proxy.telemetry.AccessLog}, a
 * bounded queue that never blocks; the telemetry thread counts it and ships it to Kafka.
 */
@NullMarked
package weft.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
