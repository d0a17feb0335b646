/**
 * Limits on requests as one proxy acts on them: which rules apply to a request, and what tells its callers apart.
 *
 * <p>Made by {@code weft.routing.compile}, asked on event loops and by explain. Functions and immutable data alone; what was
 * used of a limit is counted elsewhere.
 */
@NullMarked
package weft.routing.ratelimit;

import org.jspecify.annotations.NullMarked;
