package weft.proxy.health;

import java.util.function.Consumer;

/** How proxies share what probes find, so that one of them probes for all. Thread-safe; no call waits. */
public interface SharedHealth {
    /** Shares nothing: every proxy probes. */
    SharedHealth NONE = new SharedHealth() {
        @Override
        public void follow(String key, Consumer<Finding> others) {}

        @Override
        public long waitMillis(String key, boolean mayServe) {
            return 0;
        }

        @Override
        public void found(String key, Finding finding, long leaseMillis) {}

        @Override
        public void leave(String key) {}
    };

    /**
     * What is known of one endpoint.
     *
     * @param details why it is not healthy, for people
     */
    record Finding(String endpoint, boolean isHealthy, String details) {}

    /**
     * Takes part in the check of this key.
     *
     * @param others hears, on any thread, what other proxies find
     */
    void follow(String key, Consumer<Finding> others);

    /**
     * Whether this proxy is to probe.
     *
     * @param mayServe whether the endpoint is in use meanwhile, so that nobody waits for a verdict
     * @return 0 to probe now; else how long to wait before asking again
     */
    long waitMillis(String key, boolean mayServe);

    /** Tells the others, who believe it until the lease ends. */
    void found(String key, Finding finding, long leaseMillis);

    /** No longer takes part; another may probe from now on. */
    void leave(String key);
}
