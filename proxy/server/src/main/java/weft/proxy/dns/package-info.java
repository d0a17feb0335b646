/**
 * Names to addresses, by DNS: what the hosts file and {@code resolv.conf} say counts, answers keep their time to live.
 *
 * <p>One resolver serves all clusters, on a thread of its own, so that a slow server holds up no request. Messages are
 * exchanged by Netty; what an answer means is decided here ({@link weft.proxy.dns.Answer}), and when to ask again by
 * {@code DnsDiscovery}.
 */
@NullMarked
package weft.proxy.dns;

import org.jspecify.annotations.NullMarked;
