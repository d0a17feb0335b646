/**
 * What proxies say of themselves: the newest metric batch of each run of each proxy, and each proxy's status. Written on
 * Streams threads, read by query threads.
 */
@NullMarked
package weft.sink.proxies;

import org.jspecify.annotations.NullMarked;
