package weft.proxy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import weft.proxy.admin.AdminPage;
import weft.proxy.admin.AdminQuery;
import weft.proxy.admin.AdminReply;
import weft.proxy.control.ControlPlane;
import weft.proxy.control.ControlState;
import weft.proxy.server.ProxyServer;

/** Admin pages about the process: readiness, where it is in the log, its end. Thread-safe. */
final class ProcessPages {
    private static final Set<String> LEVELS = Set.of("trace", "debug", "info", "warn", "error", "off");

    private final ControlPlane control;
    private final ProxyServer server;
    private final Supplier<String> prometheus;
    private final Runnable quit;

    ProcessPages(ControlPlane control, ProxyServer server, Supplier<String> prometheus, Runnable quit) {
        this.control = control;
        this.server = server;
        this.prometheus = prometheus;
        this.quit = quit;
    }

    /** All pages of the admin endpoint, those of the data plane first. */
    List<AdminPage> admin(List<AdminPage> dataPlane) {
        List<AdminPage> pages = new ArrayList<>(dataPlane);
        pages.add(AdminPage.view("/stats/prometheus", "metrics in Prometheus' text format", this::metrics));
        pages.add(readiness("/ready"));
        pages.add(AdminPage.view("/server_info", "version, state, position in the log (JSON)", this::info));
        pages.add(AdminPage.action("/logging", "?level=debug sets the level of the proxy's own log", this::logging));
        pages.add(AdminPage.action("/drain_listeners", "accept no more connections, finish requests", this::drain));
        pages.add(AdminPage.action("/quitquitquit", "end the process gracefully", this::quit));
        return pages;
    }

    /** 200 LIVE while rules are served and no drain is under way, else 503 and why. */
    AdminPage readiness(String path) {
        return AdminPage.view(path, "200 when it serves rules, else 503", query -> {
            String reason = notReady();
            return reason == null ? AdminReply.text("LIVE\n") : AdminReply.text(503, reason + "\n");
        });
    }

    private @Nullable String notReady() {
        if (server.dataPlane().isDraining()) {
            return "DRAINING";
        }
        if (!control.isReady()) {
            return "PRE_INITIALIZING: " + control.state().detail();
        }
        return null;
    }

    private AdminReply metrics(AdminQuery query) {
        return new AdminReply(200, "text/plain; version=0.0.4; charset=utf-8", prometheus.get());
    }

    private AdminReply info(AdminQuery query) {
        ControlState state = control.state();
        String version = ProcessPages.class.getPackage().getImplementationVersion();
        ObjectNode info = JsonNodeFactory.instance
                .objectNode()
                .put("version", version == null ? "dev" : version)
                .put("state", notReady() == null ? "LIVE" : "NOT_READY")
                .put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1_000)
                .put("revision", state.revision())
                .put("commitOffset", state.commitOffset())
                .put("verdict", state.verdict().name())
                .put("detail", state.detail())
                .put("stateDigest", state.stateDigest())
                .put("tableHash", state.tableHash())
                .put("tableBuildMicros", state.tableBuildMicros())
                .put("workers", server.workers().count())
                .put("transport", server.workers().sharesPorts() ? "epoll" : "nio");
        return AdminReply.json(info);
    }

    private AdminReply logging(AdminQuery query) {
        String level = query.get("level");
        if (level == null || !LEVELS.contains(level.toLowerCase(Locale.ROOT))) {
            return AdminReply.text(400, "level: " + level + " (expected: trace, debug, info, warn, error, off)\n");
        }
        if (LoggerFactory.getLogger("weft") instanceof Logger logger) {
            logger.setLevel(Level.toLevel(level));
        }
        return AdminReply.text("weft: " + level + "\n");
    }

    private AdminReply drain(AdminQuery query) {
        server.stopAccepting();
        return AdminReply.text("OK\n");
    }

    private AdminReply quit(AdminQuery query) {
        quit.run();
        return AdminReply.text("OK\n");
    }
}
