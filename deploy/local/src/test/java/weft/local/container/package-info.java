/** The log's contract on a released Kafka in a container; skipped where there is no Docker. */
@NullMarked
package weft.local.container;

import org.jspecify.annotations.NullMarked;
