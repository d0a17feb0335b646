/**
 * From rules to what a proxy serves: {@link weft.routing.snapshot.RuleSnapshot} in, {@link
 * weft.routing.snapshot.ProxySnapshot} out, by {@code weft.routing.compile.SnapshotCompiler}.
 *
 * <p>Pure: no I/O, no clock, no chance, no threads.
 */
@NullMarked
package weft.routing.snapshot;

import org.jspecify.annotations.NullMarked;
