@NullMarked
package weft.proxy.balance;

import org.jspecify.annotations.NullMarked;
