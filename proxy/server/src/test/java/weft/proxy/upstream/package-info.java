/** Endpoints and limits without sockets. */
@NullMarked
package weft.proxy.upstream;

import org.jspecify.annotations.NullMarked;
