/**
 * Weft on one machine: the programs behind {@code weft up}, {@code down}, {@code status}, {@code broker} and
 * {@code demo}.
 *
 * <p>{@link weft.local.Main} only dispatches; {@code mesh} starts and ends processes, {@code broker} is the embedded
 * Kafka, {@code bookinfo} the application that the demo mesh serves. Each sub-command runs on the main thread.
 */
@NullMarked
package weft.local;

import org.jspecify.annotations.NullMarked;
