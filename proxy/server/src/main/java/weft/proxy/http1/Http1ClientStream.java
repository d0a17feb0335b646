package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;

/**
 * One request on an upstream connection. Confined to the event loop.
 *
 * <p>Made anew for each request: the connection answers only to its current one.
 */
final class Http1ClientStream implements ClientStream {
    private final Http1ClientConnection connection;
    private final ClientStreamListener listener;
    private final MessageWriter writer;
    private boolean headSent;
    private boolean requestEnded;
    private boolean headRequest;
    private boolean reading = true;
    private boolean over;

    Http1ClientStream(Http1ClientConnection connection, MessageWriter writer, ClientStreamListener listener) {
        this.connection = connection;
        this.writer = writer;
        this.listener = listener;
    }

    ClientStreamListener listener() {
        return listener;
    }

    boolean isHeadSent() {
        return headSent;
    }

    boolean isRequestEnded() {
        return requestEnded;
    }

    boolean isHeadRequest() {
        return headRequest;
    }

    boolean isReading() {
        return reading;
    }

    boolean isOver() {
        return over;
    }

    /** The listener hears nothing more, and what is still sent is dropped. */
    void finish() {
        over = true;
    }

    @Override
    public void sendHead(RequestHead head, boolean end) {
        if (over || headSent) {
            return;
        }
        headSent = true;
        headRequest = head.method().equals("HEAD");
        long length = HeadEncoder.contentLength(head.headers());
        Framing framing;
        if (length >= 0) {
            framing = Framing.LENGTH;
        } else {
            framing = end ? Framing.NONE : Framing.UNDECIDED;
        }
        int bodyBytes = framing == Framing.LENGTH ? (int) Math.min(length, Integer.MAX_VALUE) : 0;
        HeadEncoder.request(head, framing, writer.headBuffer(bodyBytes));
        writer.begin(framing, length, false, null);
        if (end) {
            requestEnded(writer.end());
        } else {
            writer.flushLater();
        }
    }

    @Override
    public void sendData(ByteBuf data, boolean end) {
        if (over || requestEnded || !headSent) {
            data.release();
            return;
        }
        boolean right = writer.data(data, end);
        if (end) {
            requestEnded(right);
        } else if (!right) {
            connection.requestBroken(this);
        }
    }

    @Override
    public void sendTrailers(Headers trailers) {
        if (!over && !requestEnded && headSent) {
            requestEnded(writer.trailers(trailers));
        }
    }

    private void requestEnded(boolean whole) {
        requestEnded = true;
        if (!whole) {
            connection.requestBroken(this);
        }
    }

    @Override
    public void reset() {
        if (!over) {
            over = true;
            connection.abort(this);
        }
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {
        if (reading != wanted) {
            reading = wanted;
            if (!over) {
                connection.readingChanged(wanted);
            }
        }
    }
}
