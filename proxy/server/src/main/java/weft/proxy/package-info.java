/**
 * The proxy program: {@link weft.proxy.Main} reads the command line, {@link weft.proxy.ProxyProcess} wires the parts.
 *
 * <p>Rules come in on the rule-loader thread, requests are served on event loops, telemetry leaves on a thread of its own.
 */
@NullMarked
package weft.proxy;

import org.jspecify.annotations.NullMarked;
