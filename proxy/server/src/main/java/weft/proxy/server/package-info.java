/**
 * The proxy process: event loops, listening sockets, the way of a compiled snapshot into service, and the drain at the end.
 *
 * <p>{@link weft.proxy.server.SnapshotInstaller} is called on the rule-loader thread; connections are served on event loops.
 */
@NullMarked
package weft.proxy.server;

import org.jspecify.annotations.NullMarked;
