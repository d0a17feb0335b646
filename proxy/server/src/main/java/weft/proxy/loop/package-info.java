/**
 * The event loops: one {@link weft.proxy.loop.Worker} per core with everything a connection of that loop may use without
 * locks. A connection never leaves its worker.
 */
@NullMarked
package weft.proxy.loop;

import org.jspecify.annotations.NullMarked;
