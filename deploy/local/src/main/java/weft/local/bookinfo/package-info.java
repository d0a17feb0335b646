/**
 * The demo application: a page about one book, made of four services, one of them in three versions, as Istio's
 * bookinfo is.
 *
 * <p>{@code productpage} calls {@code details} and {@code reviews}; {@code reviews} v2 and v3 call {@code ratings}. Every
 * call between services goes to the caller's own sidecar, on its outbound listener, with the service's name as
 * {@code Host}. All services live in one JVM, each on a port and with a bounded pool of threads of its own.
 */
@NullMarked
package weft.local.bookinfo;

import org.jspecify.annotations.NullMarked;
