/**
 * REST, server-sent events and the Prometheus exposition of the aggregator, on Javalin. Handlers run on Jetty's threads
 * and only read.
 */
@NullMarked
package weft.sink.web;

import org.jspecify.annotations.NullMarked;
