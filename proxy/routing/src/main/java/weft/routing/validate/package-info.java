/**
 * What is wrong with a rule, told before anyone serves it: Istio's admission checks of the networking kinds.
 *
 * <p>A {@link weft.rules.Rule} goes into {@link weft.routing.validate.RuleValidator}, problems with the path of the
 * offending field come out. Pure functions; any thread may call them.
 */
@NullMarked
package weft.routing.validate;

import org.jspecify.annotations.NullMarked;
