package weft.proxy.ratelimit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A bucket for each caller of one limit, bounded in number. Thread-safe; takers never wait for each other.
 *
 * <p>A bucket that has filled up again says nothing and is let go; no other ever is, so that nobody gets a new bucket by
 * making the old one be forgotten. When as many callers as there is room for have used tokens that did not come back yet,
 * new callers share buckets, chosen by a hash that only this process knows: the limit holds for all of them together, callers
 * known before keep theirs, and memory stays where it is.
 */
final class KeyedBuckets {
    /** Callers with a bucket of their own, about 150 bytes each. */
    static final int MAX_KEYS = 65_536;

    /** Buckets that the others share. */
    static final int SHARED = 1_024;

    /** Longer keys are kept as their digest. */
    private static final int MAX_KEY_LENGTH = 64;

    /** Buckets looked at for each new one: faster than they can come. */
    private static final int SWEPT = 4;

    private final TokenClock clock;
    private final int maxKeys;
    private final long seed;
    private final ConcurrentHashMap<String, TokenBucket> buckets = new ConcurrentHashMap<>();
    /* Reserved before a bucket goes in, given back when one goes out: never fewer than the map has. */
    private final AtomicInteger count = new AtomicInteger();
    private final TokenBucket[] shared = new TokenBucket[SHARED];

    /* Held by the one thread that looks for full buckets; who finds it taken goes on without. */
    private final AtomicBoolean isSweeping = new AtomicBoolean();
    private Iterator<Map.Entry<String, TokenBucket>> sweep = buckets.entrySet().iterator();

    /** @param seed that callers cannot know */
    KeyedBuckets(TokenClock clock, int maxKeys, long seed) {
        this.clock = clock;
        this.maxKeys = maxKeys;
        this.seed = seed;
        for (int i = 0; i < SHARED; i++) {
            shared[i] = new TokenBucket(clock);
        }
    }

    /**
     * Takes a token of this caller's.
     *
     * @param key as {@link #bounded} gives it
     * @return as {@link TokenBucket#take}, but never closed
     */
    double take(String key, long nowNanos) {
        while (true) {
            TokenBucket bucket = of(key, nowNanos);
            double left = bucket.take(nowNanos);
            if (!Double.isNaN(left)) {
                return left;
            }
            forget(key, bucket);
        }
    }

    private TokenBucket of(String key, long nowNanos) {
        TokenBucket known = buckets.get(key);
        if (known != null) {
            return known;
        }
        sweep(nowNanos, SWEPT);
        if (!reserve()) {
            return overflow(key);
        }
        TokenBucket fresh = new TokenBucket(clock);
        TokenBucket before = buckets.putIfAbsent(key, fresh);
        if (before != null) {
            count.decrementAndGet();
            return before;
        }
        return fresh;
    }

    private boolean reserve() {
        if (count.get() >= maxKeys) {
            return false;
        }
        if (count.incrementAndGet() <= maxKeys) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    private void forget(String key, TokenBucket closed) {
        if (buckets.remove(key, closed)) {
            count.decrementAndGet();
        }
    }

    /** The caller's own bucket if it has one. */
    @Nullable
    TokenBucket find(String key) {
        return buckets.get(key);
    }

    /** As it is kept: long keys by their digest. */
    static String bounded(String text) {
        if (text.length() <= MAX_KEY_LENGTH) {
            return text;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Among the buckets that callers without one share. */
    private TokenBucket overflow(String key) {
        long hash = seed;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return shared[(int) (hash >>> 32) & SHARED - 1];
    }

    /** Lets full buckets go, a few of them each time, round and round. */
    void sweep(long nowNanos, int most) {
        if (!isSweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            for (int i = 0; i < most; i++) {
                if (!sweep.hasNext()) {
                    sweep = buckets.entrySet().iterator();
                    if (!sweep.hasNext()) {
                        return;
                    }
                }
                Map.Entry<String, TokenBucket> each = sweep.next();
                if (each.getValue().close(nowNanos)) {
                    forget(each.getKey(), each.getValue());
                }
            }
        } finally {
            isSweeping.set(false);
        }
    }

    /** Callers with a bucket of their own. */
    int size() {
        return buckets.size();
    }
}
