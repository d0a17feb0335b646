package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.ServerStreamAcceptor;
import weft.proxy.stream.ServerStreamListener;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/** Remembers what a server codec tells, and answers malformed requests with their status. */
final class RecordingAcceptor implements ServerStreamAcceptor {
    /** What came of one request. */
    static final class Request implements ServerStreamListener {
        final ServerStream stream;
        final String method;
        final String authority;
        final String path;
        final String fields;
        final StringBuilder body = new StringBuilder();
        final @Nullable MalformedRequest refused;
        boolean ended;
        String trailers = "";

        @Nullable
        StreamReset reset;

        @Nullable
        Boolean flushed;

        int writabilityChanges;

        Request(ServerStream stream, RequestHead head, @Nullable MalformedRequest refused, boolean ended) {
            this.stream = stream;
            this.method = head.method();
            this.authority = head.authority();
            this.path = head.path();
            this.fields = head.headers().toString();
            this.refused = refused;
            this.ended = ended;
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
            ended |= end;
        }

        @Override
        public void onTrailers(Headers fields) {
            trailers = fields.toString();
            ended = true;
        }

        @Override
        public void onReset(StreamReset reason) {
            reset = reason;
        }

        @Override
        public void onWritabilityChanged() {
            writabilityChanges++;
        }

        @Override
        public void onResponseFlushed(boolean success) {
            flushed = success;
        }

        boolean isComplete() {
            return refused == null && ended && reset == null;
        }

        void answer(int status) {
            ResponseHead head = new ResponseHead();
            head.reset(status);
            stream.sendHead(head, true);
        }

        @Override
        public String toString() {
            return method + " " + authority + path + "\n" + fields + "\n" + body + (ended ? "|" : "") + trailers
                    + refused;
        }
    }

    final List<Request> requests = new ArrayList<>();
    private final Consumer<Request> whenBegun;

    RecordingAcceptor() {
        this(request -> {});
    }

    RecordingAcceptor(Consumer<Request> whenBegun) {
        this.whenBegun = whenBegun;
    }

    @Override
    public ServerStreamListener onRequest(ServerStream stream, RequestHead head, boolean end) {
        Request request = new Request(stream, head, null, end);
        requests.add(request);
        whenBegun.accept(request);
        return request;
    }

    @Override
    public ServerStreamListener onMalformed(ServerStream stream, RequestHead head, MalformedRequest reason) {
        Request request = new Request(stream, head, reason, false);
        requests.add(request);
        request.answer(reason.status());
        return request;
    }

    Request last() {
        return requests.get(requests.size() - 1);
    }
}
