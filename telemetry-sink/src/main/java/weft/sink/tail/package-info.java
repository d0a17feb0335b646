/**
 * Live requests: one thread follows the access log topic while somebody watches, and offers what a client's filter takes
 * to that client's bounded queue. Web threads write the queues out.
 */
@NullMarked
package weft.sink.tail;

import org.jspecify.annotations.NullMarked;
