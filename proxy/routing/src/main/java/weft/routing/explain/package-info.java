/**
 * Says where a request goes on one proxy, and why.
 *
 * <p>A {@link weft.routing.snapshot.ProxySnapshot} and a {@link weft.routing.explain.Call} flow in, an
 * {@link weft.routing.explain.Explanation} flows out. Every choice is made by the classes that proxies route with, so
 * that the two cannot disagree; what is added here are words. All of it is pure and runs on the caller's thread.
 */
@NullMarked
package weft.routing.explain;

import org.jspecify.annotations.NullMarked;
