/** The admin endpoint over real sockets. */
@NullMarked
package weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
