package weft.proxy.control;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.MeshTopics;
import weft.log.RecordDecoder;
import weft.log.SchemaLog;
import weft.log.TableReader;
import weft.log.TableWriter;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.proxy.health.HealthClaims;
import weft.proxy.health.HealthClaims.Claim;
import weft.proxy.health.SharedHealth;
import weft.schema.HealthReport;

/**
 * Shares findings of health checks over the health topic. Thread-safe; Kafka is left to a thread of its own, which starts
 * with the first shared check.
 *
 * <p>Who reports first on a key holds it as long as it renews its lease; the others believe it and do not probe. When a
 * lease ends, or its holder leaves, those who follow the key wait each a moment of its own, so that one of them is first.
 * Without Kafka every proxy probes for itself.
 */
public final class HealthExchange implements SharedHealth, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthExchange.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long GOODBYE_MILLIS = 1_000;
    /** Waits before a claim are spread over this, longer than a report takes to get around. */
    private static final long SPREAD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A waiting check asks again at least this often: its holder may have left. */
    private static final long MAX_WAIT_MILLIS = 500;
    /** How long the end of the topic is waited for while nobody waits for the verdict, */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** or while an endpoint is out until it has one. */
    private static final long SHORT_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
    /** A lease is renewed when this share of it has passed. */
    private static final int RENEWALS = 3;

    private final Map<String, Object> kafka;
    private final TopicNames names;
    private final String proxyId;
    private final InstantSource clock;
    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final HealthClaims claims = new HealthClaims();
    private final Map<String, Followed> followed = new HashMap<>();
    /** Newest report by key: bounded by what is followed. */
    private final Map<String, HealthReport> outbox = new LinkedHashMap<>();

    private @Nullable TableReader<HealthReport> reader;
    private @Nullable Thread thread;
    private boolean isClosed;
    private volatile boolean isCaughtUp;

    /** A key this proxy takes part in. */
    private static final class Followed {
        final Consumer<Finding> listener;
        final long sinceNanos;
        /** When this proxy may claim a key that nobody holds; 0 while somebody does. */
        long claimNanos;

        boolean isHealthyAsTold;
        /** When the last report went out; 0 for never. */
        long toldNanos;

        Followed(Consumer<Finding> listener, long sinceNanos) {
            this.listener = listener;
            this.sinceNanos = sinceNanos;
        }
    }

    /** @param proxyId unique in the mesh */
    public HealthExchange(Map<String, Object> kafka, TopicNames names, String proxyId, InstantSource clock) {
        this.kafka = Map.copyOf(kafka);
        this.names = names;
        this.proxyId = proxyId;
        this.clock = clock;
    }

    @Override
    public synchronized void follow(String key, Consumer<Finding> others) {
        followed.put(key, new Followed(others, System.nanoTime()));
        Claim claim = claims.live(key, System.nanoTime());
        if (claim != null && !isMine(claim)) {
            others.accept(finding(claim.report()));
        }
        start();
    }

    private void start() {
        if (thread == null && !isClosed) {
            Thread started = new Thread(this::run, "health-exchange");
            started.setDaemon(true);
            thread = started;
            started.start();
        }
    }

    @Override
    public synchronized long waitMillis(String key, boolean mayServe) {
        Followed one = followed.get(key);
        long now = System.nanoTime();
        if (one == null) {
            return 0;
        }
        Claim claim = claims.live(key, now);
        if (claim != null) {
            one.claimNanos = 0;
            return isMine(claim) ? 0 : bounded(claim.endNanos() - now);
        }
        if (!isCaughtUp) {
            long left = one.sinceNanos + (mayServe ? PATIENCE_NANOS : SHORT_PATIENCE_NANOS) - now;
            return left <= 0 ? 0 : Math.min(50, bounded(left));
        }
        if (one.claimNanos == 0) {
            one.claimNanos = now + spread(key);
        }
        return one.claimNanos - now <= 0 ? 0 : bounded(one.claimNanos - now);
    }

    private static long bounded(long nanos) {
        return Math.min(MAX_WAIT_MILLIS, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }

    /** A wait of this proxy's own for this key: whoever has the shortest claims it. */
    private long spread(String key) {
        return Math.floorMod((proxyId + '\n' + key).hashCode() * 0x9E37_79B9_7F4A_7C15L, SPREAD_NANOS);
    }

    private boolean isMine(Claim claim) {
        return claim.holder().equals(proxyId);
    }

    @Override
    public synchronized void found(String key, Finding finding, long leaseMillis) {
        Followed one = followed.get(key);
        if (one == null || isClosed) {
            return;
        }
        long now = System.nanoTime();
        boolean isDue = one.toldNanos == 0
                || now - one.toldNanos >= TimeUnit.MILLISECONDS.toNanos(leaseMillis / RENEWALS)
                || one.isHealthyAsTold != finding.isHealthy();
        if (isDue) {
            one.toldNanos = now;
            one.isHealthyAsTold = finding.isHealthy();
            tell(key, report(finding, leaseMillis));
        }
    }

    private HealthReport report(Finding finding, long leaseMillis) {
        return HealthReport.newBuilder()
                .setEndpoint(finding.endpoint())
                .setProxyId(proxyId)
                .setHealthy(finding.isHealthy())
                .setDetails(finding.details())
                .setReportedAt(clock.millis())
                .setLeaseMillis(leaseMillis)
                .build();
    }

    private void tell(String key, HealthReport report) {
        outbox.put(key, report);
        if (reader != null) {
            reader.wakeup();
        }
    }

    @Override
    public synchronized void leave(String key) {
        followed.remove(key);
        Claim claim = claims.live(key, System.nanoTime());
        if (claim != null && isMine(claim) && !isClosed) {
            tell(key, report(finding(claim.report()), 0));
        }
    }

    /** Whether this proxy probes for the others. */
    public synchronized boolean holds(String key) {
        Claim claim = claims.live(key, System.nanoTime());
        return claim != null && isMine(claim);
    }

    private static Finding finding(HealthReport report) {
        return new Finding(report.getEndpoint(), report.getHealthy(), report.getDetails());
    }

    private void run() {
        SchemaLog schemas = new SchemaLog(kafka, names, codec, TIMEOUT);
        try (TableReader<HealthReport> opened = new TableReader<>(
                        kafka, names.health(), new RecordDecoder(codec, schemas), HealthReport.class);
                TableWriter writer = new TableWriter(
                        kafka, names, new MeshTopics(names).health(), codec, HealthReport.getClassSchema(), TIMEOUT)) {
            synchronized (this) {
                reader = opened;
            }
            while (isGoingOn()) {
                opened.poll(POLL, this::take);
                isCaughtUp = opened.isCaughtUp();
                send(writer);
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted while saying goodbye");
        } catch (RuntimeException e) {
            LOG.error("findings of health checks are not shared any more error={}", e.toString(), e);
        } finally {
            synchronized (this) {
                reader = null;
            }
        }
    }

    /** What is left to say goes out before the end. */
    private synchronized boolean isGoingOn() {
        return !isClosed || !outbox.isEmpty();
    }

    private synchronized void take(String key, @Nullable HealthReport report, long takenMillis) {
        long age = Math.max(0, clock.millis() - takenMillis);
        long lease = report == null ? 0 : report.getLeaseMillis();
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lease - Math.min(age, lease));
        if (!claims.record(key, report, takenMillis, endNanos) || report == null) {
            return;
        }
        Followed one = followed.get(key);
        boolean isOfOthers = lease > 0 && !report.getProxyId().equals(proxyId);
        if (one != null && isOfOthers) {
            one.toldNanos = 0;
            one.listener.accept(finding(report));
        }
    }

    private void send(TableWriter writer) throws InterruptedException {
        Map<String, HealthReport> batch;
        synchronized (this) {
            batch = new LinkedHashMap<>(outbox);
            outbox.clear();
        }
        if (!batch.isEmpty() && !writer.putAll(batch)) {
            synchronized (this) {
                for (String key : batch.keySet()) {
                    Followed one = followed.get(key);
                    if (one != null) {
                        one.toldNanos = 0; // the next finding goes out again
                    }
                }
            }
        }
    }

    /** Sends what is left to say, if Kafka listens, and ends the thread. */
    @Override
    public void close() throws InterruptedException {
        Thread running;
        synchronized (this) {
            isClosed = true;
            running = thread;
            if (reader != null) {
                reader.wakeup();
            }
        }
        if (running != null) {
            running.join(GOODBYE_MILLIS);
            if (running.isAlive()) {
                running.interrupt();
                running.join();
            }
        }
    }
}
