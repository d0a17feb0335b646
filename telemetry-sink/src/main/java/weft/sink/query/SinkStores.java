package weft.sink.query;

import java.util.function.Consumer;
import weft.schema.MetricBatch;
import weft.schema.ProxyStatus;
import weft.schema.TrafficWindow;

/** What the aggregator holds, decoded. Thread-safe. Each call throws {@link NotReadyException} while it is starting. */
public interface SinkStores {
    /** Windows that start in [from, to), milliseconds since 1970. */
    void windows(long from, long to, Consumer<TrafficWindow> each);

    /** The sum since ever of each key. */
    void totals(Consumer<TrafficWindow> each);

    /** The newest metric batch of each run of each proxy. */
    void runs(Consumer<MetricBatch> each);

    /** What each proxy last said of itself. */
    void proxies(Consumer<ProxyStatus> each);

    /** The stores are being restored or moved: ask again. */
    final class NotReadyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NotReadyException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
