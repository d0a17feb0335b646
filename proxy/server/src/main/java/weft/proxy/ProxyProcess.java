package weft.proxy;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.admin.AdminServer;
import weft.proxy.admin.ProxyPages;
import weft.proxy.control.ControlPlane;
import weft.proxy.control.HealthExchange;
import weft.proxy.control.ProxyInstance;
import weft.proxy.control.QuotaExchange;
import weft.proxy.control.SnapshotApplier;
import weft.proxy.control.WorkloadRegistrar;
import weft.proxy.dns.DnsResolver;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.overload.JvmMemory;
import weft.proxy.overload.MemoryWatch;
import weft.proxy.overload.Overload;
import weft.proxy.server.ClusterMetrics;
import weft.proxy.server.ProxyServer;
import weft.proxy.server.Timeouts;
import weft.proxy.telemetry.Telemetry;
import weft.proxy.upstream.Draining;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;

/**
 * The running proxy: the parts, wired as in the picture of the design. Thread-safe.
 *
 * <pre>
 * log ──> ControlPlane ──> SnapshotCompiler ──> SnapshotInstaller ──> DataPlane
 * requests ──> ProxyServer ──> Telemetry ──> log
 * </pre>
 */
final class ProxyProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyProcess.class);

    /** After readiness failed, connections are taken for this share of the drain: balancers need a moment to see it. */
    private static final int LAME_DUCK_SHARE = 5;

    private static final long MAX_LAME_DUCK_MILLIS = 1_000;
    private static final Duration TELEMETRY_CLOSE = Duration.ofSeconds(3);

    private final ProxySettings settings;
    private final Telemetry telemetry;
    private final HealthExchange health;
    private final ProxyServer server;
    private final ControlPlane control;
    private final QuotaExchange quota;
    private final MemoryWatch memory;
    private final @Nullable WorkloadRegistrar registrar;
    private final AdminServer admin;
    private final CountDownLatch quit = new CountDownLatch(1);
    private final AtomicBoolean isStopping = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private ProxyProcess(ProxySettings settings, AdminServer admin) {
        this.settings = settings;
        this.admin = admin;
        ProxyInstance instance =
                ProxyInstance.current(version(), settings.admin().toString(), InstantSource.system());
        telemetry = Telemetry.start(settings.identity(), instance.bootId(), settings.kafka(), settings.topics());
        health = new HealthExchange(
                settings.kafka(), settings.topics(), settings.identity().id(), InstantSource.system());
        server = ProxyServer.start(
                settings.identity(),
                Workers.start(settings.threads(), System.nanoTime()),
                settings.listeners(),
                Http1Limits.DEFAULT.withPaths(settings.paths()),
                telemetry.accessLog(),
                new Timeouts(Timeouts.DEFAULT.helloMillis(), settings.streamIdleMillis()),
                new Overload(settings.overload()),
                health,
                DnsResolver.Settings.system(settings.dnsServers()));
        memory = MemoryWatch.start(server.overload(), new JvmMemory(System::nanoTime), settings.overload());
        control = new ControlPlane(
                new ControlPlane.Settings(
                        settings.kafka(),
                        settings.topics(),
                        settings.dataDirectory(),
                        settings.acceptNewLog(),
                        settings.trusted()),
                settings.identity(),
                instance,
                new SnapshotCompiler(settings.identity())::compile,
                new Applier());
        registrar = registrar(settings);
        telemetry.register(control.metrics());
        telemetry.register(new ClusterMetrics(server.dataPlane()));
        telemetry.register(server.tcpMetrics());
        telemetry.register(server.dataPlane().faults());
        telemetry.register(server.healthMetrics());
        telemetry.register(server.overload());
        telemetry.register(server.rateLimiters());
        quota = new QuotaExchange(
                settings.kafka(),
                settings.topics(),
                settings.identity().id(),
                instance.bootId(),
                server.rateLimiters().share(),
                settings.dataDirectory(),
                InstantSource.system());
        telemetry.register(quota.metrics());
    }

    private @Nullable WorkloadRegistrar registrar(ProxySettings started) {
        WorkloadRegistrar.Membership membership = started.membership();
        return membership == null
                ? null
                : new WorkloadRegistrar(
                        started.kafka(),
                        started.topics(),
                        started.identity(),
                        membership,
                        server.connector(),
                        server.resolver(),
                        server.workers(),
                        InstantSource.system());
    }

    /** What comes into service goes to the data plane, then to who registers the workload. */
    private final class Applier implements SnapshotApplier {
        @Override
        public List<RuleRejection> apply(ProxySnapshot next) {
            List<RuleRejection> rejections = server.installer().install(next);
            if (registrar != null) {
                registrar.rules(next.rules());
            }
            return rejections;
        }

        @Override
        public void draining(Draining workloads) {
            server.installer().draining(workloads);
        }
    }

    /** Starts everything; rules come when Kafka, or the last snapshot on disk, gives them. */
    static ProxyProcess start(ProxySettings settings) throws StartFailure {
        AdminServer admin = new AdminServer();
        ProxyProcess process = new ProxyProcess(settings, admin);
        ProcessPages pages = new ProcessPages(
                process.control, process.server, process.telemetry::prometheusText, process.quit::countDown);
        try {
            admin.serve(settings.admin().resolve(), pages.admin(new ProxyPages(process.server).all()));
            admin.serve(settings.ready().resolve(), List.of(pages.readiness("/healthz/ready")));
        } catch (IOException e) {
            process.close();
            throw new StartFailure(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
        process.control.start();
        process.quota.start();
        if (process.registrar != null) {
            process.registrar.start();
        }
        LOG.info(
                "started proxy={} mode={} admin={} ready={} threads={}",
                settings.identity().id(),
                settings.identity().mode(),
                settings.admin(),
                settings.ready(),
                settings.threads());
        return process;
    }

    private static String version() {
        String version = ProxyProcess.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    /** Waits until somebody asks for the end through the admin endpoint. */
    void awaitQuit() throws InterruptedException {
        quit.await();
    }

    /** Ends gracefully, once; later calls wait for the first. */
    void stop() {
        try {
            if (isStopping.compareAndSet(false, true)) {
                drainAndClose();
                stopped.countDown();
            } else {
                stopped.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void drainAndClose() throws InterruptedException {
        LOG.info("draining requests={} bound_ms={}", server.dataPlane().activeRequests(), settings.drainMillis());
        boolean isToldToPeers = registrar != null && registrar.drain(MAX_LAME_DUCK_MILLIS);
        server.dataPlane().drain();
        long lameDuck = Math.min(settings.drainMillis() / LAME_DUCK_SHARE, MAX_LAME_DUCK_MILLIS);
        if (isToldToPeers || server.connectionCount() > 0) {
            TimeUnit.MILLISECONDS.sleep(lameDuck);
        }
        boolean isClean = server.drain(settings.drainMillis() - lameDuck);
        if (registrar != null) {
            registrar.close();
        }
        control.close();
        quota.close();
        close();
        LOG.info("stopped clean={}", isClean);
    }

    private void closeHealth() {
        try {
            health.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void close() {
        memory.close();
        server.close();
        closeHealth();
        telemetry.close(TELEMETRY_CLOSE);
        admin.close();
    }
}
