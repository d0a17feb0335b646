/**
 * Answers questions from the aggregator's stores: traffic by edge, service, route or subset, the accounting of access
 * logs, the proxies, and mesh totals for Prometheus. Functions of what the stores hold; called on web threads.
 */
@NullMarked
package weft.sink.query;

import org.jspecify.annotations.NullMarked;
