/**
 * What the proxy does before it has too much: bounds on connections, requests and memory, and what is turned away above them.
 *
 * <p>Memory is looked at by a thread of its own a few times a second; event loops count connections and requests and read one
 * flag.
 */
@NullMarked
package weft.proxy.overload;

import org.jspecify.annotations.NullMarked;
