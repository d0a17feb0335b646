package weft.proxy.overload;

import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import weft.proxy.tcp.TcpConnections;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.routing.cluster.Endpoint;

/** A proxy as a process of its own, that a test may leave few files. */
final class StarvedProxy {
    private StarvedProxy() {}

    /** Takes the bound on connections and the port of the upstream; prints its own; ends with its standard input. */
    public static void main(String[] args) throws Exception {
        Overload overload = new Overload(new OverloadLimits(Integer.parseInt(args[0]), Integer.MAX_VALUE, 2));
        Endpoint upstream = Snapshots.endpoint(Integer.parseInt(args[1]));
        TestProxy proxy = new TestProxy(
                forwarding(Action.to("v1"), cluster("v1", upstream)), 1, TcpConnections.HELLO_TIMEOUT_MILLIS, overload);
        try (TestClient client = proxy.client()) {
            client.get("app.test", "/"); // classes load, and an upstream connection opens, while there are files
        }
        System.out.println("port=" + proxy.port());
        while (System.in.read() >= 0) {
            System.out.println(overload.stats());
        }
        System.exit(0);
    }
}
