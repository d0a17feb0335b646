/** What the proxy's tests share: an upstream to script, a client to look closely, snapshots by hand. */
@NullMarked
package weft.proxy.testing;

import org.jspecify.annotations.NullMarked;
