@NullMarked
package weft.proxy.overload;

import org.jspecify.annotations.NullMarked;
