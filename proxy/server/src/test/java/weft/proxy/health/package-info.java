@NullMarked
package weft.proxy.health;

import org.jspecify.annotations.NullMarked;
