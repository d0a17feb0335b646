/** The program's command line. */
@NullMarked
package weft.proxy;

import org.jspecify.annotations.NullMarked;
