package weft.proxy.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Endpoint;

/**
 * One name among the endpoints of a cluster and its last good addresses. Confined to the lock of its {@link DnsDiscovery}.
 *
 * <p>A strict name has all its addresses, a logical one that it keeps as long as it is in the answers and can be reached.
 * A name that nothing is found out about keeps what it had. One that is said to be there no more keeps it too, as zones are
 * broken more often than services vanish, until that was said so often that it must be meant; a logical name keeps it for
 * good, as with Envoy.
 */
final class DnsName {
    /** Names answered with thousands of addresses must not make thousands of pools. */
    private static final int MAX_ADDRESSES = 256;

    /** Answers in a row by which an address is gone. */
    private static final int ABSENCES = 3;

    private static final Comparator<InetAddress> ORDER = (one, other) -> {
        byte[] left = one.getAddress();
        byte[] right = other.getAddress();
        return left.length != right.length ? left.length - right.length : Arrays.compareUnsigned(left, right);
    };

    private final Endpoint endpoint;
    private final boolean isLogical;
    private final boolean isLiteral;
    private List<InetAddress> addresses = List.of();
    private int failures;
    private int absences;
    private long connectFailures;

    DnsName(Endpoint endpoint, boolean isLogical) {
        this.endpoint = endpoint;
        this.isLogical = isLogical;
        InetSocketAddress literal = HostResolver.literal(endpoint.address(), endpoint.port());
        isLiteral = literal != null;
        if (literal != null) {
            addresses = List.of(literal.getAddress());
        }
    }

    /** Takes over what was known of the same host under other rules. */
    void goOnFrom(List<DnsName> before) {
        for (DnsName other : before) {
            if (!isLiteral && other.host().equals(host()) && !other.addresses.isEmpty()) {
                addresses = isLogical ? other.addresses.subList(0, 1) : other.addresses;
                return;
            }
        }
    }

    Endpoint endpoint() {
        return endpoint;
    }

    String host() {
        return endpoint.address();
    }

    /** Whether there is nothing to look up. */
    boolean isLiteral() {
        return isLiteral;
    }

    List<InetAddress> addresses() {
        return addresses;
    }

    InetSocketAddress socket(InetAddress address) {
        return new InetSocketAddress(address, endpoint.port());
    }

    /** Lookups in a row that found out nothing. */
    int failures() {
        return failures;
    }

    void failed() {
        failures++;
    }

    /** Whether so many failures to connect are more than when this was asked before. */
    boolean hasMore(long failuresToConnect) {
        boolean hasMore = failuresToConnect > connectFailures;
        connectFailures = failuresToConnect;
        return hasMore;
    }

    /**
     * Takes an answer.
     *
     * @param answer empty when there are no addresses
     * @param isFailing whether an address cannot be reached
     * @return whether the addresses are others now
     */
    boolean take(List<InetAddress> answer, Predicate<InetAddress> isFailing) {
        failures = 0;
        absences = answer.isEmpty() ? absences + 1 : 0;
        List<InetAddress> next =
                answer.isEmpty() ? ofNone() : isLogical ? List.of(one(answer, isFailing)) : all(answer);
        boolean hasChanged = !next.equals(addresses);
        addresses = next;
        return hasChanged;
    }

    private List<InetAddress> ofNone() {
        return isLogical || absences < ABSENCES ? addresses : List.of();
    }

    /** In an order of our own: servers turn theirs with each answer. */
    private static List<InetAddress> all(List<InetAddress> answer) {
        List<InetAddress> sorted = new ArrayList<>(answer);
        sorted.sort(ORDER);
        return List.copyOf(sorted.subList(0, Math.min(MAX_ADDRESSES, sorted.size())));
    }

    private InetAddress one(List<InetAddress> answer, Predicate<InetAddress> isFailing) {
        @Nullable InetAddress now = addresses.isEmpty() ? null : addresses.get(0);
        if (now == null || !answer.contains(now)) {
            return answer.get(0);
        }
        boolean mustGo = isFailing.test(now);
        int next = answer.indexOf(now) + 1;
        return mustGo ? answer.get(next % answer.size()) : now;
    }
}
