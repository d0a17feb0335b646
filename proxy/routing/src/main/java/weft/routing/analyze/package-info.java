/**
 * What is wrong with rules taken together, though each is valid by itself: a function of rules to findings.
 *
 * <p>{@link weft.routing.analyze.RuleAnalysis} indexes the rules once and asks each analyzer; codes are Istio's
 * where the meaning is the same. Immutable results, no I/O, no clock, the caller's thread.
 */
@NullMarked
package weft.routing.analyze;

import org.jspecify.annotations.NullMarked;
