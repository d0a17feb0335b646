package weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import weft.proxy.control.WorkloadRegistrar;
import weft.proxy.overload.OpenFiles;
import weft.proxy.overload.OverloadLimits;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxyIdentity.ServiceSocket;
import weft.rules.RuleKey;

class ProxySettingsTest {

    private static ProxySettings parse(Map<String, String> environment, String... arguments) throws StartFailure {
        ProxyCommand command = new ProxyCommand();
        Main.commandLine(command, environment).parseArgs(arguments);
        return ProxySettings.of(command);
    }

    @Test
    void sidecarIsReadFromFlags() throws StartFailure {
        ProxySettings settings = parse(
                Map.of(),
                "--mode",
                "sidecar",
                "--id",
                "reviews-1",
                "--labels",
                "app=reviews,version=v1",
                "--inbound",
                "15006:127.0.0.1:9080:80",
                "--bind-address",
                "127.0.0.1",
                "--drain",
                "1m");
        assertThat(settings.identity().mode()).isEqualTo(Mode.SIDECAR);
        assertThat(settings.identity().labels()).isEqualTo(Map.of("app", "reviews", "version", "v1"));
        assertThat(settings.identity().workload()).isEqualTo("reviews-1");
        assertThat(settings.identity().inbound())
                .containsExactly(new InboundPort("127.0.0.1", 15_006, 80, "127.0.0.1", 9_080));
        assertThat(settings.identity().outbound()).isEqualTo(new OutboundSocket("127.0.0.1", 15_001));
        assertThat(settings.drainMillis()).isEqualTo(60_000);
        assertThat(settings.dataDirectory().endsWith(Path.of("proxy", "reviews-1")))
                .isTrue();
    }

    @Test
    void flagWinsOverEnvironmentAndEnvironmentOverDefault() throws StartFailure {
        Map<String, String> environment =
                Map.of("WEFT_KAFKA", "env:9092", "WEFT_BIND_PORT", "80=8080,443=8443", "WEFT_NAMESPACE", "edge");
        ProxySettings settings = parse(environment, "--kafka", "flag:9092");
        assertThat(settings.kafka()).containsEntry("bootstrap.servers", "flag:9092");
        assertThat(settings.identity().namespace()).isEqualTo("edge");
        assertThat(settings.listeners().ports()).isEqualTo(Map.of(80, 8_080, 443, 8_443));
        assertThat(settings.admin()).isEqualTo(new HostPort("127.0.0.1", 15_000));
    }

    @Test
    void aNewLogIsFollowedOnlyWhenAskedTo() throws StartFailure {
        assertThat(parse(Map.of()).acceptNewLog()).isFalse();
        assertThat(parse(Map.of(), "--accept-new-log").acceptNewLog()).isTrue();
        assertThat(parse(Map.of("WEFT_ACCEPT_NEW_LOG", "true")).acceptNewLog()).isTrue();
        assertThat(parse(Map.of("WEFT_ACCEPT_NEW_LOG", "true"), "--accept-new-log")
                        .acceptNewLog())
                .isTrue();
        assertThat(parse(Map.of("WEFT_ACCEPT_NEW_LOG", "true"), "--accept-new-log=false")
                        .acceptNewLog())
                .isFalse();
    }

    @Test
    void socketsOfServicesAreReadFromFlagsAndEnvironment() throws StartFailure {
        assertThat(parse(
                                Map.of(),
                                "--mode",
                                "sidecar",
                                "--tcp-listen",
                                "9000=tcp-echo:9000,[::1]:3306=db.shop.svc.cluster.local:3307")
                        .identity()
                        .services())
                .containsExactly(
                        new ServiceSocket("127.0.0.1", 9_000, "tcp-echo", 9_000),
                        new ServiceSocket("::1", 3_306, "db.shop.svc.cluster.local", 3_307));
        assertThat(parse(Map.of("WEFT_TCP_LISTEN", "0.0.0.0:1=a:2", "WEFT_MODE", "sidecar"))
                        .identity()
                        .services())
                .containsExactly(new ServiceSocket("0.0.0.0", 1, "a", 2));
    }

    @Test
    void boundsAreReadAndHaveDefaults() throws StartFailure {
        OverloadLimits limits = parse(Map.of()).overload();
        assertThat(limits.maxConnections()).isEqualTo(OverloadLimits.defaultConnections(OpenFiles.most()));
        assertThat(limits.maxRequests()).isEqualTo(limits.maxConnections());
        assertThat(limits.memoryShare()).isEqualTo(0.95);
        assertThat(parse(Map.of("WEFT_MAX_CONNECTIONS", "100"), "--max-requests", "50", "--max-memory", "80")
                        .overload())
                .isEqualTo(new OverloadLimits(100, 50, 0.8));
        assertThat(parse(Map.of()).streamIdleMillis()).isZero();
        assertThat(parse(Map.of("WEFT_STREAM_IDLE_TIMEOUT", "5m")).streamIdleMillis())
                .isEqualTo(300_000);
        assertThatThrownBy(() -> parse(Map.of(), "--max-memory", "101")).hasMessageContaining("1 to 100");
        assertThatThrownBy(() -> parse(Map.of(), "--max-connections", "0")).hasMessageContaining("1 or more");
    }

    @Test
    void dnsServersAreReadAndAreElseTheMachines() throws StartFailure {
        assertThat(parse(Map.of()).dnsServers()).isNull();
        assertThat(parse(Map.of(), "--dns-server", "10.0.0.10,[fd00::10]:5353", "--dns-server", "fd00::11")
                        .dnsServers())
                .containsExactly(
                        new InetSocketAddress("10.0.0.10", 53),
                        new InetSocketAddress("fd00::10", 5_353),
                        new InetSocketAddress("fd00::11", 53));
        assertThat(parse(Map.of("WEFT_DNS_SERVER", "127.0.0.1:5300")).dnsServers())
                .containsExactly(new InetSocketAddress("127.0.0.1", 5_300));
        assertThatThrownBy(() -> parse(Map.of(), "--dns-server", "dns.example.com"))
                .hasMessage("--dns-server: \"dns.example.com\" (expected: an IP address, or ADDRESS:PORT)");
    }

    @Test
    void wrongValuesAreNamed() {
        assertThatThrownBy(() -> parse(Map.of(), "--mode", "sidecar", "--tcp-listen", "9000=tcp-echo"))
                .hasMessageContaining("\"9000=tcp-echo\" (expected: [ADDRESS:]PORT=HOST:PORT");
        assertThatThrownBy(() -> parse(Map.of(), "--mode", "sidecar", "--tcp-listen", "70000=a:1"))
                .hasMessageContaining("port 70000 (expected: 1 to 65535)");
        assertThatThrownBy(() -> parse(Map.of(), "--tcp-listen", "1=a:1")).hasMessageContaining("--mode sidecar");
        assertThatThrownBy(() -> parse(Map.of(), "--admin", "nowhere")).hasMessageContaining("expected: HOST:PORT");
        assertThatThrownBy(() -> parse(Map.of(), "--mode", "sidecar", "--inbound", "1:2"))
                .hasMessageContaining("BIND_PORT:HOST:PORT");
        assertThatThrownBy(() -> parse(Map.of(), "--drain", "soon")).hasMessageContaining("expected: a duration");
        assertThatThrownBy(() -> parse(Map.of(), "--id", "a/b")).hasMessageContaining("--id: \"a/b\"");
        assertThatThrownBy(() -> parse(Map.of(), "--inbound", "1:h:2")).hasMessageContaining("--mode sidecar");
        assertThatThrownBy(() -> parse(Map.of(), "--kafka-config", "/no/such")).hasMessageContaining("no such file");
    }

    @Test
    void usageErrorsExitWith64() {
        assertThat(Main.run(new String[] {"--bogus"})).isEqualTo(64);
        assertThat(new CommandLine(new ProxyCommand()).getUsageMessage()).contains("Examples:", "Exit codes:");
    }

    @Test
    void aSidecarMayNameTheGroupItBelongsTo() throws StartFailure {
        ProxySettings settings = parse(
                Map.of(),
                "--mode",
                "sidecar",
                "--namespace",
                "shop",
                "--workload-group",
                "cart",
                "--address",
                "10.0.0.7");
        assertThat(settings.membership())
                .isEqualTo(new WorkloadRegistrar.Membership(new RuleKey("WorkloadGroup", "shop", "cart"), "10.0.0.7"));
        assertThat(parse(Map.of(), "--mode", "sidecar").membership()).isNull();
        assertThatThrownBy(() -> parse(Map.of(), "--workload-group", "cart"))
                .hasMessage("--workload-group is for sidecars (add --mode sidecar)");
        assertThatThrownBy(() -> parse(Map.of(), "--mode", "sidecar", "--workload-group", "a/b/c"))
                .hasMessage("--workload-group: \"a/b/c\" (expected: NAMESPACE/NAME or NAME)");
        assertThatThrownBy(() ->
                        parse(Map.of(), "--mode", "sidecar", "--workload-group", "a", "--address", "cart.example"))
                .hasMessage("--address: \"cart.example\" (expected: an IP address)");
    }
}
