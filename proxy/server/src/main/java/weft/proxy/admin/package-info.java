/**
 * The admin endpoint and readiness: what the proxy serves and how it fares, for people and for probes.
 *
 * <p>Runs on a thread of its own, so that a large dump delays no request; it reads immutable snapshots and counters only.
 */
@NullMarked
package weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
