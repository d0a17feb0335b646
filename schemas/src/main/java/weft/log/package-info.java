/**
 * The Kafka log as Weft uses it: topics, wire codec, and the reader and writer of rule bundles.
 *
 * <p>Bytes come in from Kafka and leave as {@link weft.rules.Rule}s in whole bundles; bundles go out in one transaction
 * each. Every class names its own thread; only {@link weft.log.SchemaIdAssigner} starts one.
 */
@NullMarked
package weft.log;

import org.jspecify.annotations.NullMarked;
