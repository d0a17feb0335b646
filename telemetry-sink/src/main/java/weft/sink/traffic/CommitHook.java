package weft.sink.traffic;

import java.util.Map;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action on the Streams thread right before each commit of its task, while records can still be forwarded.
 * Confined to the Streams thread.
 *
 * <p>This is how Streams' own record cache hands over what it holds: it is a store that is asked to flush its cache before
 * the transaction takes in the consumed offsets, also when a task is handed to another instance or closed. So whatever a
 * processor holds back in memory leaves in the same transaction as the offsets it came from, which is what keeps the
 * counts exact across a crash. Streams has no public form of this; the two internal types are named in this class only,
 * and the test that kills an aggregator in midstream fails if an upgrade changes their meaning.
 */
final class CommitHook implements StateStore, CachedStateStore<Object, Object> {
    private final String name;
    private boolean isOpen;
    private @Nullable Runnable action;

    private CommitHook(String name) {
        this.name = name;
    }

    /** Builds the hook as a store without changelog; connect it to the processor that uses it. */
    static StoreBuilder<CommitHook> builder(String name) {
        return new HookBuilder(name);
    }

    /** Sets the action; what it forwards leaves from the processor that owns the context. */
    static void beforeEachCommit(ProcessorContext<?, ?> context, String name, Runnable action) {
        CommitHook hook = context.getStateStore(name);
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        ProcessorNode<?, ?, ?, ?> owner = internal.currentNode();
        hook.action = () -> {
            ProcessorNode<?, ?, ?, ?> previous = internal.currentNode();
            internal.setCurrentNode(owner);
            try {
                action.run();
            } finally {
                internal.setCurrentNode(previous);
            }
        };
    }

    @Override
    public void flushCache() {
        if (action != null) {
            action.run();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        context.register(root, (key, value) -> {});
        isOpen = true;
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public void clearCache() {}

    @Override
    public void close() {
        isOpen = false;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    private record HookBuilder(String name) implements StoreBuilder<CommitHook> {
        @Override
        public CommitHook build() {
            return new CommitHook(name);
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }

        @Override
        public StoreBuilder<CommitHook> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitHook> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitHook> withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public StoreBuilder<CommitHook> withLoggingDisabled() {
            return this;
        }
    }
}
