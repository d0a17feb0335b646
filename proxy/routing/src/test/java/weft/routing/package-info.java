/** What the tests of all packages share. */
@NullMarked
package weft.routing;

import org.jspecify.annotations.NullMarked;
