package weft.proxy.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a response says about one name and type. Immutable.
 *
 * <p>Only records that belong to the name asked for, or to what it is an alias of, count: whatever else is in the message
 * is nobody's business to say.
 */
sealed interface Answer {
    /** As long as resolvers commonly follow; a loop of aliases ends here. */
    int MAX_ALIASES = 16;

    /** Class of the records of the Internet. */
    int CLASS_IN = 1;

    /** Bytes of an SOA record behind its two names: five numbers, the last the time to live of what is not there. */
    int SOA_NUMBERS = 20;

    /** @param ttlSeconds the least of the addresses and of the aliases that led to them */
    record Addresses(List<InetAddress> addresses, long ttlSeconds) implements Answer {}

    /** The name is another's, of which the message says nothing. */
    record Alias(String name, int hops, long ttlSeconds) implements Answer {}

    /** There is no such name, or it has no such addresses. */
    record None(long ttlSeconds) implements Answer {}

    /** Nothing can be said. */
    record Failure(String why) implements Answer {}

    /**
     * @param name with a dot in the end
     * @param hops aliases followed before
     */
    static Answer of(DnsResponse response, String name, DnsRecordType type, int hops) {
        boolean isDenied = response.code().equals(DnsResponseCode.NXDOMAIN);
        if (!response.code().equals(DnsResponseCode.NOERROR) && !isDenied) {
            return new Failure(response.code().toString());
        }
        if (response.isTruncated()) {
            return new Failure("truncated, and no whole answer over TCP");
        }
        String owner = name;
        int followed = hops;
        long ttl = Long.MAX_VALUE;
        while (true) {
            Addresses found = addresses(response, owner, type);
            if (found != null) {
                return new Addresses(found.addresses(), Math.min(ttl, found.ttlSeconds()));
            }
            DnsRawRecord alias = alias(response, owner);
            if (alias == null) {
                break;
            }
            if (++followed > MAX_ALIASES) {
                return new Failure("more than " + MAX_ALIASES + " aliases");
            }
            owner = DefaultDnsRecordDecoder.decodeName(alias.content().duplicate());
            ttl = Math.min(ttl, seconds(alias));
        }
        return isDenied || followed == hops || hasAuthority(response)
                ? new None(Math.min(ttl, negativeSeconds(response)))
                : new Alias(owner, followed, ttl);
    }

    private static @Nullable Addresses addresses(DnsResponse response, String owner, DnsRecordType type) {
        List<InetAddress> addresses = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            if (response.recordAt(DnsSection.ANSWER, i) instanceof DnsRawRecord each && belongs(each, owner, type)) {
                InetAddress address = address(each.content(), type);
                if (address != null && !addresses.contains(address)) {
                    addresses.add(address);
                    ttl = Math.min(ttl, seconds(each));
                }
            }
        }
        return addresses.isEmpty() ? null : new Addresses(addresses, ttl);
    }

    private static @Nullable DnsRawRecord alias(DnsResponse response, String owner) {
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            if (response.recordAt(DnsSection.ANSWER, i) instanceof DnsRawRecord each
                    && belongs(each, owner, DnsRecordType.CNAME)) {
                return each;
            }
        }
        return null;
    }

    private static boolean belongs(DnsRecord entry, String owner, DnsRecordType type) {
        return entry.type().equals(type)
                && entry.dnsClass() == CLASS_IN
                && entry.name().equalsIgnoreCase(owner);
    }

    /** Null for what is no address that a connection can be made to. */
    private static @Nullable InetAddress address(ByteBuf content, DnsRecordType type) {
        int length = type.equals(DnsRecordType.A) ? 4 : 16;
        if (content.readableBytes() != length) {
            return null;
        }
        byte[] bytes = new byte[length];
        content.getBytes(content.readerIndex(), bytes);
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            boolean isMapped = length == 16 && address instanceof Inet4Address;
            boolean isLinkLocal = length == 16 && address.isLinkLocalAddress();
            return isMapped || isLinkLocal || address.isAnyLocalAddress() || address.isMulticastAddress()
                    ? null
                    : address;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** RFC 2181, section 8: a number with the highest bit set is none. */
    private static long seconds(DnsRecord entry) {
        return entry.timeToLive() > Integer.MAX_VALUE ? 0 : entry.timeToLive();
    }

    private static boolean hasAuthority(DnsResponse response) {
        return authority(response) != null;
    }

    private static @Nullable DnsRawRecord authority(DnsResponse response) {
        for (int i = 0; i < response.count(DnsSection.AUTHORITY); i++) {
            if (response.recordAt(DnsSection.AUTHORITY, i) instanceof DnsRawRecord each
                    && each.type().equals(DnsRecordType.SOA)
                    && each.content().readableBytes() >= SOA_NUMBERS) {
                return each;
            }
        }
        return null;
    }

    /** RFC 2308, section 5; without an authority nothing is kept. */
    private static long negativeSeconds(DnsResponse response) {
        DnsRawRecord authority = authority(response);
        if (authority == null) {
            return 0;
        }
        ByteBuf content = authority.content();
        return Math.min(seconds(authority), content.getUnsignedInt(content.writerIndex() - Integer.BYTES));
    }
}
