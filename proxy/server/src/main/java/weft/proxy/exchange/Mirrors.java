package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.filter.FaultInjector;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.ClusterRuntime;
import weft.routing.http.RequestHead;
import weft.routing.route.Mirror;

/** The copies of one request that go to mirrors. Confined to the event loop. */
final class Mirrors {
    private final List<ShadowRequest> shadows;

    private Mirrors(List<ShadowRequest> shadows) {
        this.shadows = shadows;
    }

    /** Sends what is known of the request to each mirror that chance picks; null when there is none. */
    static @Nullable Mirrors start(
            List<Mirror> mirrors, ServingSnapshot serving, Worker worker, RequestHead head, RequestBody body) {
        if (mirrors.isEmpty()) {
            return null;
        }
        List<ShadowRequest> shadows = new ArrayList<>(mirrors.size());
        for (Mirror mirror : mirrors) {
            ClusterRuntime cluster = serving.cluster(mirror.cluster());
            if (cluster != null && FaultInjector.isDrawn(mirror.percentage(), worker.random())) {
                ShadowRequest shadow = ShadowRequest.start(cluster, worker, head, body);
                if (shadow != null) {
                    shadows.add(shadow);
                }
            }
        }
        return shadows.isEmpty() ? null : new Mirrors(shadows);
    }

    /** More of the body; the buffer stays the caller's. */
    void send(ByteBuf data, boolean end) {
        for (ShadowRequest shadow : shadows) {
            shadow.send(data.retainedDuplicate(), end);
        }
    }

    void end() {
        for (ShadowRequest shadow : shadows) {
            shadow.end();
        }
    }

    /** The request will not become whole, so neither do its copies. */
    void cancel() {
        for (ShadowRequest shadow : shadows) {
            shadow.cancel();
        }
    }
}
