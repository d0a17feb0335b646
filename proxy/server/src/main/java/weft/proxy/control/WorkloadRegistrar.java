package weft.proxy.control;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.MeshTopics;
import weft.log.TableWriter;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.proxy.health.ReadinessCheck;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;
import weft.proxy.upstream.HostResolver;
import weft.proxy.upstream.Http1Connector;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.ReadinessProbe;
import weft.schema.Workload;
import weft.schema.WorkloadEntrySpec;
import weft.schema.WorkloadGroup;
import weft.schema.WorkloadGroupSpec;
import weft.schema.WorkloadState;

/**
 * Registers the workload beside this sidecar as a member of a WorkloadGroup, as long as it runs. Thread-safe; Kafka is left
 * to a thread of its own.
 *
 * <p>The entry carries a lease that is renewed while the process lives. It is ready when the group's probe says so, draining
 * before the sidecar stops, gone after.
 */
public final class WorkloadRegistrar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadRegistrar.class);

    /** A workload that is silent for three renewals is gone. */
    static final long LEASE_MILLIS = 15_000;

    private static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** What did not go out is tried again after this. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(4);
    /** How long a stopping sidecar waits to say goodbye. */
    private static final long GOODBYE_MILLIS = 2_000;

    private static final String LOOPBACK = "127.0.0.1";

    private final ProxyIdentity identity;
    private final Membership membership;
    private final Http1Connector connector;
    private final HostResolver resolver;
    private final Workers workers;
    private final InstantSource clock;
    private final TableWriter writer;
    private final Thread thread = new Thread(this::run, "workload-lease");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /* All below guarded by the lock. */
    private @Nullable WorkloadGroupSpec group;
    private @Nullable ReadinessCheck check;
    private boolean isReady;
    private String details = "";
    private boolean isDraining;
    private boolean isLeaving;
    private boolean isRegistered;
    private boolean isDrainTold;
    private long dueNanos = System.nanoTime();

    /**
     * Where the workload belongs.
     *
     * @param group key of the WorkloadGroup
     * @param address IP address that others reach this sidecar at
     */
    public record Membership(RuleKey group, String address) {}

    /**
     * @param connector for probes by HTTP
     * @param resolver for hosts that probes name
     */
    public WorkloadRegistrar(
            Map<String, Object> kafka,
            TopicNames names,
            ProxyIdentity identity,
            Membership membership,
            Http1Connector connector,
            HostResolver resolver,
            Workers workers,
            InstantSource clock) {
        this.identity = identity;
        this.membership = membership;
        this.connector = connector;
        this.resolver = resolver;
        this.workers = workers;
        this.clock = clock;
        writer = new TableWriter(
                kafka,
                names,
                new MeshTopics(names).workloads(),
                WireCodec.withLocalSchemas(),
                Workload.getClassSchema(),
                SEND_TIMEOUT);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Takes the group from the rules in service; a group that comes, goes or changes is obeyed. */
    public void rules(Map<RuleKey, Rule> rules) {
        Rule rule = rules.get(membership.group());
        WorkloadGroupSpec next =
                rule != null && rule.resource() instanceof WorkloadGroup found ? found.getSpec() : null;
        lock.lock();
        try {
            if (Objects.equals(group, next)) {
                return;
            }
            ReadinessProbe before = group == null ? null : group.getProbe();
            ReadinessProbe probe = next == null ? null : next.getProbe();
            if (group == null || !Objects.equals(before, probe)) {
                probe(probe);
            }
            if (next == null) {
                LOG.warn("workload leaves, its group is gone group={}", membership.group());
            }
            group = next;
            wake();
        } finally {
            lock.unlock();
        }
    }

    private void probe(@Nullable ReadinessProbe probe) {
        if (check != null) {
            check.close();
            check = null;
        }
        isReady = probe == null;
        details = "";
        if (probe == null) {
            return;
        }
        Worker worker = workers.all().get(0);
        check = ReadinessCheck.start(
                probe,
                new ReadinessCheck.Reach(worker, connector, workers.socketChannel(), resolver, this::local),
                this::judged);
    }

    /** Where the sidecar itself reaches a port of the workload. */
    private InetSocketAddress local(int port) {
        for (InboundPort inbound : identity.inbound()) {
            if (inbound.servicePort() == port || inbound.targetPort() == port) {
                return new InetSocketAddress(inbound.targetAddress(), inbound.targetPort());
            }
        }
        return new InetSocketAddress(LOOPBACK, port);
    }

    private void judged(boolean is, String why) {
        lock.lock();
        try {
            isReady = is;
            details = why;
            if (is) {
                LOG.info("workload is ready group={}", membership.group());
            } else {
                LOG.warn("workload is not ready group={} error=\"{}\"", membership.group(), why);
            }
            wake();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        dueNanos = System.nanoTime();
        changed.signalAll();
    }

    private void run() {
        try {
            boolean isLast = false;
            while (!isLast) {
                Workload next;
                boolean isTombstone;
                lock.lock();
                try {
                    long remaining = dueNanos - System.nanoTime();
                    while (remaining > 0 && !isLeaving) {
                        changed.awaitNanos(remaining);
                        remaining = dueNanos - System.nanoTime();
                    }
                    isLast = isLeaving;
                    dueNanos = System.nanoTime() + RENEW_NANOS;
                    next = isLeaving || group == null ? null : entry(group);
                    isTombstone = next == null && isRegistered;
                } finally {
                    lock.unlock();
                }
                if (next != null || isTombstone) {
                    send(next);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted while saying goodbye");
        } catch (RuntimeException e) {
            LOG.error("workload is not registered any more error={}", e.toString(), e);
        } finally {
            writer.close();
        }
    }

    private void send(@Nullable Workload next) throws InterruptedException {
        String key = membership.group().namespace() + "/" + identity.id();
        boolean isOut = next == null ? writer.remove(key) : writer.put(key, next);
        lock.lock();
        try {
            if (!isOut) {
                dueNanos = Math.min(dueNanos, System.nanoTime() + RETRY_NANOS);
                return;
            }
            if (next != null && !isRegistered) {
                LOG.info("workload registered workload={} group={} state={}", key, membership.group(), next.getState());
            }
            isRegistered = next != null;
            isDrainTold |= next == null || next.getState() == WorkloadState.DRAINING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Node over group over template, as istiod does. */
    private Workload entry(WorkloadGroupSpec spec) {
        WorkloadEntrySpec template = spec.getTemplate() == null ? new WorkloadEntrySpec() : spec.getTemplate();
        Map<String, String> labels = new HashMap<>(template.getLabels());
        if (spec.getMetadata() != null) {
            labels.putAll(spec.getMetadata().getLabels());
        }
        labels.putAll(identity.labels());
        Map<String, Integer> ports = new HashMap<>();
        template.getPorts().forEach((name, number) -> ports.put(name, reached(number.intValue())));
        return Workload.newBuilder()
                .setId(identity.id())
                .setNamespace(membership.group().namespace())
                .setAddress(membership.address())
                .setPorts(ports)
                .setLabels(labels)
                .setLocality(identity.locality().isEmpty() ? template.getLocality() : identity.locality())
                .setNetwork(template.getNetwork())
                .setWeight((int) Math.max(1, Math.min(template.getWeight(), Integer.MAX_VALUE)))
                .setServiceAccount(template.getServiceAccount())
                .setState(isDraining ? WorkloadState.DRAINING : isReady ? WorkloadState.READY : WorkloadState.NOT_READY)
                .setUpdatedAt(clock.millis())
                .setLeaseMillis(LEASE_MILLIS)
                .setGroup(membership.group().namespace() + "/"
                        + membership.group().name())
                .setProxyId(identity.id())
                .setDetails(details)
                .build();
    }

    /** The port others come in by: where this sidecar takes one of the workload on another, that one. */
    private int reached(int port) {
        for (InboundPort inbound : identity.inbound()) {
            if (inbound.servicePort() == port || inbound.targetPort() == port) {
                return inbound.bindPort();
            }
        }
        return port;
    }

    /** Tells peers to send elsewhere; returns when that is on the log, or the time is up. */
    public boolean drain(long timeoutMillis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            isDraining = true;
            wake();
            while (!isDrainTold && group != null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return isDrainTold;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the entry away, if Kafka listens, and ends the thread. */
    @Override
    public void close() throws InterruptedException {
        lock.lock();
        try {
            if (check != null) {
                check.close();
            }
            isLeaving = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!thread.isAlive()) {
            return;
        }
        thread.join(GOODBYE_MILLIS);
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
    }
}
