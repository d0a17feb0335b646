/**
 * From rules to what one proxy serves, as istiod computes it per proxy: {@link
 * weft.routing.compile.SnapshotCompiler} takes a {@link weft.routing.snapshot.RuleSnapshot} and makes a {@link
 * weft.routing.snapshot.ProxySnapshot}.
 *
 * <p>Pure: no I/O, no clock, no chance. Called on the rule-loader thread of a proxy, and by publisher and tests.
 */
@NullMarked
package weft.routing.compile;

import org.jspecify.annotations.NullMarked;
