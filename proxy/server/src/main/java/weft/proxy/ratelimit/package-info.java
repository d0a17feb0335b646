/**
 * What was used of the limits on requests: token buckets shared by all event loops, and the filter that asks them.
 *
 * <p>Limits come with each snapshot on the rule-loader thread; requests take tokens on event loops, without locks. Buckets
 * outlive a snapshot whose limit is equal.
 */
@NullMarked
package weft.proxy.ratelimit;

import org.jspecify.annotations.NullMarked;
