/**
 * The control path: the rule-loader thread reads whole bundles from the log, compiles them and hands the result to a
 * {@link weft.proxy.control.SnapshotApplier}, which brings it into service. Status goes back to the log.
 */
@NullMarked
package weft.proxy.control;

import org.jspecify.annotations.NullMarked;
