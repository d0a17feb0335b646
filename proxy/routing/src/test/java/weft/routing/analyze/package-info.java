/** Each analyzer with what it must find and what it must leave alone. */
@NullMarked
package weft.routing.analyze;

import org.jspecify.annotations.NullMarked;
