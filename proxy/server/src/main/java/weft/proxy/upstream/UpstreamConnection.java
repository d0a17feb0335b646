package weft.proxy.upstream;

import io.netty.channel.Channel;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;

/** An established connection to an endpoint, whatever protocol it speaks. Confined to the event loop. */
public interface UpstreamConnection {

    Channel channel();

    /** Begins a request; only when {@link #isReusable}. */
    ClientStream open(ClientStreamListener listener);

    /** Whether it may take another request now. */
    boolean isReusable();

    /** Closes at once. */
    void close();

    /** What a pool hears of a connection. Called on the event loop. */
    interface Observer {
        void onConnected(UpstreamConnection connection);

        /** Nothing follows. */
        void onConnectFailed(Throwable cause);

        /** A stream has ended; the connection may take another, see {@link UpstreamConnection#isReusable}. */
        void onIdle();

        /** After {@link #onConnected}, once; nothing follows. */
        void onClosed();
    }
}
