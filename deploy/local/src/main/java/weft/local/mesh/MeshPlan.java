package weft.local.mesh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.local.bookinfo.Workload;

/**
 * What a local mesh consists of: every process with its arguments and ports. Immutable.
 *
 * <p>Ports are Istio's plus 100 for each sidecar: the first one has 15100 admin, 15101 outbound, 15106 inbound, 15121
 * readiness.
 *
 * @param broker null when an existing cluster is used
 * @param sidecars in the order of {@link Workload#ALL}
 * @param inboundPorts where each workload's sidecar takes its traffic
 * @param stepped for people: which well-known port was taken and what is used instead
 */
record MeshPlan(
        String kafka,
        @Nullable ChildSpec broker,
        ChildSpec demo,
        ChildSpec gateway,
        List<ChildSpec> sidecars,
        ChildSpec sink,
        int controlPort,
        Map<Workload, Integer> inboundPorts,
        List<String> stepped) {
    static final String BROKER = "kafka";
    /** The port under which services of the application know each other. */
    static final int SERVICE_PORT = 9080;
    /** The port that the application's Gateway resource names. */
    static final int GATEWAY_PORT = 8080;

    private static final int KAFKA_PORT = 9092;
    private static final int FIRST_APP_PORT = 9081;
    private static final int CONTROL_PORT = 9079;
    private static final int CONSOLE_PORT = 20001;
    private static final int ADMIN_PORT = 15000;
    private static final int PORTS_PER_SIDECAR = 100;
    private static final String HOST = "127.0.0.1:";

    MeshPlan {
        sidecars = List.copyOf(sidecars);
        inboundPorts = Map.copyOf(inboundPorts);
        stepped = List.copyOf(stepped);
    }

    /**
     * @param kafka brokers to use; null to start one
     */
    static MeshPlan of(MeshHome home, Ports ports, @Nullable String kafka) {
        return new Builder(home, ports).build(kafka);
    }

    /** Sockets of one sidecar. */
    private record SidecarPorts(int admin, int outbound, int inbound, int ready) {}

    private static final class Builder {
        private final MeshHome home;
        private final Ports ports;
        private final List<String> stepped = new ArrayList<>();

        Builder(MeshHome home, Ports ports) {
            this.home = home;
            this.ports = ports;
        }

        private int take(int preferred, String what) {
            int port = ports.take(preferred);
            if (port != preferred) {
                stepped.add(what + ": " + port + " (" + preferred + " is taken)");
            }
            return port;
        }

        MeshPlan build(@Nullable String existing) {
            int kafkaPort = existing == null ? take(KAFKA_PORT, BROKER) : 0;
            String kafka = existing == null ? HOST + kafkaPort : existing;
            ChildSpec broker = existing == null ? broker(kafkaPort) : null;
            int gatewayPort = take(GATEWAY_PORT, "gateway");
            ChildSpec gateway = gateway(kafka, gatewayPort);

            Map<Workload, SidecarPorts> sidecarPorts = new LinkedHashMap<>();
            Map<Workload, Integer> appPorts = new LinkedHashMap<>();
            int index = 0;
            for (Workload workload : Workload.ALL) {
                appPorts.put(workload, take(FIRST_APP_PORT + index, workload.name()));
                index++;
                sidecarPorts.put(workload, sidecarPorts(ADMIN_PORT + index * PORTS_PER_SIDECAR));
            }
            List<ChildSpec> sidecars = new ArrayList<>();
            Map<Workload, Integer> inbound = new LinkedHashMap<>();
            sidecarPorts.forEach((workload, p) -> {
                sidecars.add(sidecar(workload, p, kafka, appPorts.getOrDefault(workload, 0)));
                inbound.put(workload, p.inbound());
            });
            int controlPort = take(CONTROL_PORT, "visitors");
            ChildSpec demo = demo(sidecarPorts, appPorts, controlPort, gatewayPort);
            int consolePort = take(CONSOLE_PORT, "console");
            return new MeshPlan(
                    kafka, broker, demo, gateway, sidecars, sink(kafka, consolePort), controlPort, inbound, stepped);
        }

        private SidecarPorts sidecarPorts(int base) {
            return new SidecarPorts(
                    ports.take(base), ports.take(base + 1), ports.take(base + 6), ports.take(base + 21));
        }

        private ChildSpec broker(int port) {
            List<String> arguments = List.of(
                    "broker",
                    "--port",
                    String.valueOf(port),
                    "--controller-port",
                    String.valueOf(ports.take(KAFKA_PORT + 1)),
                    "--data",
                    home.kafkaData().toString());
            return new ChildSpec(BROKER, arguments, port, "tcp:" + port);
        }

        private ChildSpec gateway(String kafka, int port) {
            int admin = ports.take(ADMIN_PORT);
            int ready = ports.take(ADMIN_PORT + 21);
            List<String> arguments = proxy("gateway", "ingressgateway", "istio-system", kafka, admin, ready);
            arguments.addAll(List.of(
                    "--labels",
                    "istio=ingressgateway,app=istio-ingressgateway",
                    "--workload",
                    "istio-ingressgateway",
                    "--bind-port",
                    GATEWAY_PORT + "=" + port));
            return new ChildSpec("gateway", arguments, port, readyUrl(ready));
        }

        private ChildSpec sidecar(Workload workload, SidecarPorts p, String kafka, int appPort) {
            List<String> arguments = proxy("sidecar", workload.name(), "default", kafka, p.admin(), p.ready());
            arguments.addAll(List.of(
                    "--labels",
                    "app=" + workload.app() + ",version=" + workload.version(),
                    "--workload",
                    workload.name(),
                    "--outbound",
                    HOST + p.outbound(),
                    "--inbound",
                    p.inbound() + ":127.0.0.1:" + appPort + ":" + SERVICE_PORT));
            return new ChildSpec("sidecar-" + workload.name(), arguments, p.inbound(), readyUrl(p.ready()));
        }

        private List<String> proxy(String mode, String id, String namespace, String kafka, int admin, int ready) {
            return new ArrayList<>(List.of(
                    "proxy",
                    "--mode",
                    mode,
                    "--id",
                    id,
                    "--namespace",
                    namespace,
                    "--kafka",
                    kafka,
                    "--admin",
                    HOST + admin,
                    "--ready",
                    HOST + ready,
                    "--bind-address",
                    "127.0.0.1",
                    "--drain",
                    "1s",
                    "--data-dir",
                    home.data(id).toString()));
        }

        private static String readyUrl(int port) {
            return "http://127.0.0.1:" + port + "/healthz/ready";
        }

        private static ChildSpec demo(
                Map<Workload, SidecarPorts> sidecars,
                Map<Workload, Integer> appPorts,
                int controlPort,
                int gatewayPort) {
            List<String> arguments = new ArrayList<>(List.of(
                    "demo",
                    "--control-port",
                    String.valueOf(controlPort),
                    "--page",
                    "http://127.0.0.1:" + gatewayPort + "/productpage"));
            appPorts.forEach((workload, port) -> {
                SidecarPorts sidecar = sidecars.get(workload);
                arguments.add("--workload");
                arguments.add(workload.name() + "=" + port + ":" + (sidecar == null ? 0 : sidecar.outbound()));
            });
            return new ChildSpec("bookinfo", arguments, controlPort, "http://127.0.0.1:" + controlPort + "/load");
        }

        private ChildSpec sink(String kafka, int port) {
            List<String> arguments = List.of(
                    "sink",
                    "--kafka",
                    kafka,
                    "--listen",
                    HOST + port,
                    "--state-dir",
                    home.data("sink").toString());
            return new ChildSpec("sink", arguments, port, "http://127.0.0.1:" + port + "/readyz");
        }
    }
}
