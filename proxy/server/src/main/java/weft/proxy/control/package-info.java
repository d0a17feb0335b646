/**
 * The control path: the rule-loader thread reads whole bundles from the log, compiles them and publishes the result with
 * one volatile write; event loops read {@link weft.proxy.control.ActiveSnapshot}. Status goes back to the log.
 */
@NullMarked
package weft.proxy.control;

import org.jspecify.annotations.NullMarked;
