package weft.sink.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import weft.schema.MetricBatch;
import weft.schema.ProxyStatus;
import weft.schema.TrafficWindow;

/** Stores that hold what a test puts in. */
public final class FakeStores implements SinkStores {
    public final List<TrafficWindow> windows = new ArrayList<>();
    public final List<TrafficWindow> totals = new ArrayList<>();
    public final List<MetricBatch> runs = new ArrayList<>();
    public final List<ProxyStatus> proxies = new ArrayList<>();
    public boolean isStarting;

    @Override
    public void windows(long from, long to, Consumer<TrafficWindow> each) {
        ready();
        windows.stream()
                .filter(w -> w.getWindowStart() >= from && w.getWindowStart() < to)
                .forEach(each);
    }

    @Override
    public void totals(Consumer<TrafficWindow> each) {
        ready();
        totals.forEach(each);
    }

    @Override
    public void runs(Consumer<MetricBatch> each) {
        ready();
        runs.forEach(each);
    }

    @Override
    public void proxies(Consumer<ProxyStatus> each) {
        ready();
        proxies.forEach(each);
    }

    private void ready() {
        if (isStarting) {
            throw new NotReadyException("the aggregator is REBALANCING: try again", new IllegalStateException());
        }
    }
}
