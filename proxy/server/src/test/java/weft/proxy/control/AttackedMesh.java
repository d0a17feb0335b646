package weft.proxy.control;

import static org.awaitility.Awaitility.await;
import static weft.log.testing.TestRules.virtualService;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import weft.log.BundleDraft;
import weft.log.MeshTopics;
import weft.log.ReaderSettings;
import weft.log.RecordDecoder;
import weft.log.RulePublisher;
import weft.log.SchemaLog;
import weft.log.TopicAdmin;
import weft.log.TopicDefinition;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.routing.snapshot.ProxySnapshot;

/** A mesh of its own on the shared broker: publisher, intruder, and as many rule loaders as asked for. */
final class AttackedMesh implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ReaderSettings VIGILANT =
            ReaderSettings.DEFAULT.withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofMillis(500));

    final Map<String, Object> kafka = TestBroker.shared().clientProperties();
    final TopicNames names = TestBroker.freshTopics();
    final WireCodec codec = WireCodec.withLocalSchemas();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final RulePublisher publisher = opened(RulePublisher.open(kafka, names, codec, "test", PATIENCE));

    <T extends AutoCloseable> T opened(T client) {
        opened.add(client);
        return client;
    }

    /** What one proxy came to serve, one table after the other. */
    final class Proxy {
        final List<String> tables = new CopyOnWriteArrayList<>();
        final RuleLoader loader;
        /** Time that each swap takes. */
        volatile long swapMillis;

        Proxy(@Nullable Path data) {
            this(kafka, VIGILANT, data);
        }

        private Proxy(Map<String, Object> client, ReaderSettings settings, @Nullable Path data) {
            WireCodec own = WireCodec.withLocalSchemas();
            loader = new RuleLoader(
                    client,
                    names,
                    new RecordDecoder(own, new SchemaLog(client, names, own, PATIENCE)),
                    settings,
                    data,
                    ProxySnapshot.empty(HostTable.IDENTITY),
                    new HostTable(),
                    next -> {
                        Thread.sleep(swapMillis); // how long a swap takes is the point
                        tables.add(next.tableHash());
                        return List.of();
                    },
                    state -> {},
                    InstantSource.system());
            loader.start();
            opened(loader);
        }

        String table() {
            return tables.isEmpty() ? "" : tables.get(tables.size() - 1);
        }

        void awaitTable(String expected) {
            await().atMost(PATIENCE).until(() -> table().equals(expected));
        }

        void awaitRevision(long revision) {
            await().atMost(PATIENCE).until(() -> loader.state().revision() >= revision);
        }

        /** Reasons of what was skipped, once there are so many of them. */
        Map<String, Long> awaitSkipped(long atLeast) {
            await().atMost(PATIENCE).until(() -> loader.state().skipped().total() >= atLeast);
            Map<String, Long> counts = new HashMap<>();
            loader.state().skipped().counts().forEach((reason, count) -> counts.put(reason.code(), count));
            return counts;
        }
    }

    Proxy proxy() {
        return new Proxy(null);
    }

    /** One that goes to whatever broker these properties lead to. */
    Proxy proxy(Map<String, Object> client) {
        return new Proxy(client, ReaderSettings.DEFAULT, null);
    }

    RulePublisher publisher() {
        return publisher;
    }

    Intruder intruder() {
        return opened(new Intruder(kafka, names, names.prefix() + "-intruder"));
    }

    long publish(String name, String host) {
        return publisher
                .publish(BundleDraft.upserting(List.of(virtualService(name, host))))
                .revision();
    }

    void recreateRules() throws Exception {
        recreate(new MeshTopics(names).rules());
    }

    /** As when the whole mesh is set up anew, or comes back from an older copy. */
    void recreateRulesAndJournal() throws Exception {
        recreateRules();
        recreate(new MeshTopics(names).journal());
    }

    private void recreate(TopicDefinition topic) throws Exception {
        try (Admin admin = Admin.create(kafka)) {
            admin.deleteTopics(List.of(topic.name())).all().get();
            await().until(() -> !admin.listTopics().names().get().contains(topic.name()));
        }
        new TopicAdmin(kafka, PATIENCE).ensure(List.of(topic));
    }

    @Override
    public void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }
}
