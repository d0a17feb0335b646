package weft.proxy.ratelimit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import weft.routing.ratelimit.RateLimit.Quota;

/**
 * A bucket for each caller of one limit, bounded in number. Thread-safe; takers never wait for each other.
 *
 * <p>A bucket that has filled up again says nothing and is let go; no other ever is, so that nobody gets a new bucket by
 * making the old one be forgotten. When as many callers as there is room for have used tokens that did not come back yet,
 * new callers share buckets, chosen by a hash that only this process knows: the limit holds for all of them together, callers
 * known before keep theirs, and memory stays where it is.
 */
final class KeyedBuckets {
    /** Callers with a bucket of their own, about 200 bytes each. */
    static final int MAX_KEYS = 65_536;

    /** Buckets that the others share. */
    static final int SHARED = 1_024;

    /** Longer keys are kept as their digest. */
    private static final int MAX_KEY_LENGTH = 64;

    private static final int DIGEST_LENGTH = 32;

    /** Buckets looked at for each new one: faster than they can come. */
    private static final int SWEPT = 4;

    private final TokenClock clock;
    private final int maxKeys;
    private final long seed;
    private final boolean isShared;

    /* Clocks of keys with a share of their own. Written by the thread "quota", read when a bucket comes. */
    private final ConcurrentHashMap<String, TokenClock> clocks = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, TokenBucket> buckets = new ConcurrentHashMap<>();
    /* Reserved before a bucket goes in, given back when one goes out: never fewer than the map has. */
    private final AtomicInteger count = new AtomicInteger();
    private final TokenBucket[] shared = new TokenBucket[SHARED];

    /* Held by the one thread that looks for full buckets; who finds it taken goes on without. */
    private final AtomicBoolean isSweeping = new AtomicBoolean();
    private Iterator<Map.Entry<String, TokenBucket>> sweep = buckets.entrySet().iterator();

    /**
     * @param seed that callers cannot know
     * @param isShared whether other proxies share the limit, so that keys have shares and what is asked for is counted
     */
    KeyedBuckets(TokenClock clock, int maxKeys, long seed, boolean isShared) {
        this.isShared = isShared;
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
            if (isShared) {
                bucket.asked();
            }
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
        TokenBucket fresh = new TokenBucket(clocks.getOrDefault(key, clock));
        TokenBucket before = buckets.putIfAbsent(key, fresh);
        if (before != null) {
            count.decrementAndGet();
            return before;
        }
        TokenClock own = clocks.get(key); // it may have come after the look above and before the bucket was there
        if (own != null) {
            fresh.clock(own);
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

    /** What was asked for since the last call, by key. */
    Map<String, Long> takeAsked() {
        Map<String, Long> asked = new HashMap<>();
        buckets.forEach((key, bucket) -> {
            long count = bucket.takeAsked();
            if (count > 0) {
                asked.put(key, count);
            }
        });
        return asked;
    }

    /**
     * Gives keys shares of their own; all others have the even one. A key that had one keeps its clock as long as it has a
     * bucket, at the even share. Called by one thread.
     */
    void shares(Quota quota, Map<String, Double> byKey, double even, long nowNanos) {
        clocks.forEach((key, own) -> {
            if (byKey.containsKey(key) || buckets.containsKey(key)) {
                own.share(quota, byKey.getOrDefault(key, even), nowNanos);
            } else {
                clocks.remove(key);
            }
        });
        byKey.forEach((key, share) -> {
            if (!clocks.containsKey(key)) {
                TokenClock own = clock.fork(nowNanos);
                own.share(quota, share, nowNanos);
                clocks.put(key, own);
                TokenBucket bucket = buckets.get(key);
                if (bucket != null) {
                    bucket.clock(own);
                }
            }
        });
    }

    /** What other proxies may know a key by: short, the same everywhere, and silent about who the caller is. */
    static String digest(String text) {
        return sha256(text).substring(0, DIGEST_LENGTH);
    }

    /** As it is kept: long keys by their digest. */
    static String bounded(String text) {
        if (text.length() <= MAX_KEY_LENGTH) {
            return text;
        }
        return sha256(text);
    }

    private static String sha256(String text) {
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
