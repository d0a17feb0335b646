package weft.proxy.health;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.StreamReset;
import weft.proxy.upstream.UpstreamConnection;
import weft.proxy.upstream.UpstreamConnector;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.HealthProbe;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/** Sends requests on one connection that is kept between probes. Confined to the event loop. */
final class HttpProber implements Prober {
    /** Tells probes from traffic in the endpoint's own log. */
    private static final String USER_AGENT = "Weft/HC";

    private final HealthProbe.Http probe;
    private final UpstreamConnector connector;
    private final ProbeTarget target;
    private @Nullable Kept kept;
    private @Nullable Question asked;

    HttpProber(HealthProbe.Http probe, UpstreamConnector connector, ProbeTarget target) {
        this.probe = probe;
        this.connector = connector;
        this.target = target;
    }

    @Override
    public void probe(Consumer<ProbeResult> then) {
        Question question = new Question(then);
        asked = question;
        Kept open = kept;
        if (open != null && open.isReusable()) {
            question.isOnReused = true;
            open.send(question);
        } else {
            connect();
        }
    }

    private void connect() {
        close();
        Kept fresh = new Kept();
        kept = fresh;
        connector.connect(
                target.worker(),
                target.address(),
                ConnectionPoolSettings.DEFAULT.connectTimeout(target.timeoutMillis()),
                fresh);
    }

    private RequestHead head() {
        RequestHead head = new RequestHead();
        head.reset(probe.method(), "http", probe.host(), probe.path());
        head.headers().add("user-agent", USER_AGENT);
        probe.headers().forEach(head.headers()::set);
        return head;
    }

    private ProbeResult judge(int status) {
        if (probe.expects(status)) {
            return ProbeResult.PASSED;
        }
        String details = "status " + status;
        return probe.mayRetry(status) ? ProbeResult.network(details) : ProbeResult.refused(details);
    }

    @Override
    public void abort() {
        asked = null;
        close();
    }

    @Override
    public void close() {
        Kept open = kept;
        kept = null;
        if (open != null) {
            open.close();
        }
    }

    /** A connection, from the attempt to connect until it is closed. */
    private final class Kept implements UpstreamConnection.Observer {
        private @Nullable UpstreamConnection connection;
        private boolean isClosed;

        boolean isReusable() {
            return !isClosed && connection != null && connection.isReusable();
        }

        void send(Question question) {
            if (connection != null) {
                ClientStream stream = connection.open(question);
                stream.sendHead(head(), true);
            }
        }

        void close() {
            isClosed = true;
            if (connection != null) {
                connection.close();
            }
        }

        @Override
        public void onConnected(UpstreamConnection established) {
            connection = established;
            Question question = asked;
            if (isClosed || question == null) {
                established.close();
            } else if (!established.channel().isActive()) {
                question.answer(ProbeResult.network("connection closed"));
            } else {
                send(question);
            }
        }

        @Override
        public void onConnectFailed(Throwable cause) {
            Question question = asked;
            if (!isClosed && question != null) {
                isClosed = true;
                question.answer(ProbeResult.network(Failures.text(cause)));
            }
        }

        @Override
        public void onIdle() {}

        @Override
        public void onClosed() {
            isClosed = true;
        }
    }

    private final class Question implements ClientStreamListener {
        private final Consumer<ProbeResult> then;
        private boolean isOnReused;
        private int status;

        Question(Consumer<ProbeResult> then) {
            this.then = then;
        }

        @SuppressWarnings("ReferenceEquality") // whether it is still the one asked
        private void answer(ProbeResult result) {
            if (asked == this) {
                asked = null;
                then.accept(result);
            }
        }

        @Override
        public void onInformational(ResponseHead head) {}

        @Override
        public void onHead(ResponseHead head, boolean end) {
            status = head.status();
            if (end) {
                answer(judge(status));
            }
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            data.release();
            if (end) {
                answer(judge(status));
            }
        }

        @Override
        public void onTrailers(Headers trailers) {
            answer(judge(status));
        }

        @Override
        @SuppressWarnings("ReferenceEquality")
        public void onReset(StreamReset reason, String details) {
            if (asked == this && isOnReused && status == 0) {
                isOnReused = false; // the endpoint may have closed it just before
                connect();
            } else {
                answer(ProbeResult.network(details.isEmpty() ? reason.name() : details));
            }
        }

        @Override
        public void onWritabilityChanged() {}
    }
}
