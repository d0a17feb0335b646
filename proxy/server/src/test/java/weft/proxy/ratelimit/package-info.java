@NullMarked
package weft.proxy.ratelimit;

import org.jspecify.annotations.NullMarked;
