/** Names resolved against a DNS server that tells the truth, and lies. */
@NullMarked
package weft.proxy.dns;

import org.jspecify.annotations.NullMarked;
