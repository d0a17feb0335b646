package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.PublishResult.Outcome;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.ChangeOperation;
import weft.schema.Metadata;
import weft.schema.VirtualService;

class RulePublisherTest {
    private final Mesh mesh = Mesh.shared();

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    @Test
    void aBundleIsWrittenOnceAndReadBack() {
        RulePublisher publisher = mesh.publisher();
        PublishResult first =
                publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "one"), virtualService("b", "two")))
                        .by("ann", "laptop", "why not", "abc"));
        PublishResult again = publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "one"))));
        PublishResult second = publisher.publish(new BundleDraft(
                List.of(virtualService("a", "three"), virtualService("c", "four")),
                List.of(key("b"), key("nobody")),
                "",
                "",
                "",
                ""));

        assertThat(first.revision()).isEqualTo(1);
        assertThat(first.commitOffset()).isEqualTo(2);
        assertThat(outcomes(first)).containsExactly(Outcome.CREATED, Outcome.CREATED);
        assertThat(again.isPublished()).isFalse();
        assertThat(again.revision()).isEqualTo(1);
        assertThat(outcomes(again)).containsExactly(Outcome.UNCHANGED);
        assertThat(second.revision()).isEqualTo(2);
        assertThat(outcomes(second))
                .containsExactly(Outcome.CONFIGURED, Outcome.CREATED, Outcome.DELETED, Outcome.NOT_FOUND);
        assertThat(mesh.publisher().refresh().rules().keySet()).containsExactlyInAnyOrder(key("a"), key("c"));
    }

    private static List<Outcome> outcomes(PublishResult result) {
        return result.resources().stream().map(PublishResult.Resource::outcome).toList();
    }

    @Test
    void identityIsMintedAtCreationAndKeptAcrossUpdates() {
        RulePublisher publisher = mesh.publisher();
        Metadata created = published(publisher, virtualService("a", "one"));
        VirtualService labelled = VirtualService.newBuilder(virtualService("a", "one"))
                .setMetadata(Metadata.newBuilder()
                        .setName("a")
                        .setLabels(Map.of("team", "x"))
                        .build())
                .build();
        Metadata relabelled = published(publisher, labelled);
        Metadata changed = published(publisher, virtualService("a", "two"));
        publisher.publish(BundleDraft.deleting(List.of(key("a"))));
        Metadata reborn = published(publisher, virtualService("a", "two"));

        assertThat(created.getUid()).isNotEmpty();
        assertThat(created.getGeneration()).isEqualTo(1);
        assertThat(relabelled.getGeneration()).isEqualTo(1);
        assertThat(changed.getGeneration()).isEqualTo(2);
        assertThat(changed.getUid()).isEqualTo(created.getUid());
        assertThat(changed.getCreationTimestamp()).isEqualTo(created.getCreationTimestamp());
        assertThat(reborn.getGeneration()).isEqualTo(1);
        assertThat(reborn.getUid()).isNotEqualTo(created.getUid());
    }

    private static Metadata published(RulePublisher publisher, VirtualService resource) {
        publisher.publish(BundleDraft.upserting(List.of(resource)));
        return Objects.requireNonNull(publisher.refresh().get(key("a"))).metadata();
    }

    @Test
    void theJournalTellsWhoAndWhatAndIsChained() throws Exception {
        RulePublisher publisher = mesh.publisher();
        publisher.publish(
                BundleDraft.upserting(List.of(virtualService("a", "one"))).by("ann", "laptop", "first", "abc"));
        byte[] first = lastOfJournal(1);
        mesh.publisher().publish(BundleDraft.deleting(List.of(key("a"))).by("bob", "desk", "second", ""));
        byte[] second = lastOfJournal(2);

        Bundle created = mesh.codec.decode(first, Bundle.class);
        Bundle deleted = mesh.codec.decode(second, Bundle.class);
        assertThat(created.getAuthor()).isEqualTo("ann");
        assertThat(created.getMessage()).isEqualTo("first");
        assertThat(created.getChanges().get(0).getOperation()).isEqualTo(ChangeOperation.CREATED);
        assertThat(deleted.getRevision()).isEqualTo(2);
        assertThat(deleted.getChanges().get(0).getBefore())
                .isEqualTo(created.getChanges().get(0).getAfter());
        assertThat(deleted.getPreviousHash())
                .isEqualTo(ByteBuffer.wrap(StateDigest.sha256().digest(first)));
        RuleLogView view = mesh.opened(new RuleLogView(mesh.kafka(), mesh.names, mesh.decoder(), Mesh.DEADLINE));
        view.refresh(Mesh.DEADLINE);
        assertThat(Objects.requireNonNull(view.lastCommit()).getJournalHash())
                .isEqualTo(ByteBuffer.wrap(StateDigest.sha256().digest(second)));
    }

    /** An acknowledged commit becomes visible a little later. */
    private byte[] lastOfJournal(long revision) throws WireException {
        long deadline = System.nanoTime() + Mesh.DEADLINE.toNanos();
        try (LogPast past = new LogPast(mesh.kafka(), Mesh.DEADLINE)) {
            while (System.nanoTime() - deadline < 0) {
                byte[] last = past.lastValue(mesh.names.journal());
                if (last != null && mesh.codec.decode(last, Bundle.class).getRevision() == revision) {
                    return last;
                }
            }
        }
        throw new AssertionError("bundle " + revision + " did not become visible");
    }

    @Test
    void whatTheValidatorRefusesIsNotWritten() {
        RulePublisher publisher = mesh.publisher();
        assertThatThrownBy(() -> publisher.publish(
                        BundleDraft.upserting(List.of(virtualService("a", "one"))),
                        state -> List.of(new Problem(key("a"), "bad", "host \"one\" is bad"))))
                .isInstanceOf(InvalidBundleException.class)
                .hasMessage("VirtualService/default/a: host \"one\" is bad");
        assertThat(publisher.refresh().revision()).isZero();
    }

    @Test
    void twoPublishersRacingLoseNothing() throws Exception {
        int each = 12;
        CountDownLatch together = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> racing = new ArrayList<>();
            for (String side : List.of("left", "right")) {
                RulePublisher publisher = mesh.publisher();
                racing.add(threads.submit(() -> {
                    together.countDown();
                    together.await();
                    for (int i = 0; i < each; i++) {
                        publisher.publish(BundleDraft.upserting(List.of(virtualService(side + i, side))));
                    }
                    return null;
                }));
            }
            for (Future<?> side : racing) {
                side.get();
            }
        } finally {
            threads.shutdownNow();
        }
        RuleState state = mesh.publisher().refresh();
        assertThat(state.rules()).hasSize(2 * each);
        assertThat(state.revision()).isEqualTo(2 * each);
    }

    /** Each adds one to a number that all share: an update lost is a number too few. */
    @Test
    void publishersThatExpectWhatTheySawNeverOverwriteEachOther() throws Exception {
        int publishers = 3;
        int each = 6;
        mesh.publisher().publish(BundleDraft.upserting(List.of(virtualService("counter", "0"))));
        CountDownLatch together = new CountDownLatch(publishers);
        ExecutorService threads = Executors.newFixedThreadPool(publishers);
        try {
            List<Future<?>> racing = new ArrayList<>();
            for (int i = 0; i < publishers; i++) {
                RulePublisher publisher = mesh.publisher();
                String who = "publisher" + i;
                racing.add(threads.submit(() -> {
                    together.countDown();
                    together.await();
                    for (int done = 0; done < each; ) {
                        String sum = String.valueOf(counter(publisher.refresh()) + 1);
                        BundleDraft next = BundleDraft.upserting(List.of(virtualService("counter", sum, who)));
                        try {
                            publisher.publish(next.expecting(publisher.versions(next.keys())));
                            done++;
                        } catch (ConflictException e) {
                            assertThat(e.keys()).containsExactly(key("counter"));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : racing) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        RuleState state = mesh.publisher().refresh();
        assertThat(counter(state)).isEqualTo(publishers * each);
        assertThat(state.revision()).isEqualTo(1 + publishers * each);
    }

    private static int counter(RuleState state) {
        VirtualService counter = (VirtualService)
                Objects.requireNonNull(state.get(key("counter"))).resource();
        return Integer.parseInt(counter.getSpec().getHosts().get(0));
    }

    @Test
    void aChangeBehindOnesBackIsAConflictUnlessItIsTheSame() {
        RulePublisher early = mesh.publisher();
        RulePublisher late = mesh.publisher();
        early.publish(BundleDraft.upserting(List.of(virtualService("a", "one"), virtualService("b", "one"))));
        late.refresh();
        Map<RuleKey, String> seen = late.versions(List.of(key("a"), key("b"), key("c")));
        early.publish(BundleDraft.upserting(List.of(virtualService("a", "two"), virtualService("c", "new"))));

        for (VirtualService mine : List.of(virtualService("a", "three"), virtualService("c", "mine"))) {
            assertThatThrownBy(() -> late.publish(BundleDraft.upserting(List.of(mine, virtualService("b", "two")))
                            .expecting(seen)))
                    .isInstanceOf(ConflictException.class);
        }
        assertThatThrownBy(() ->
                        late.publish(BundleDraft.deleting(List.of(key("a"))).expecting(seen)))
                .isInstanceOf(ConflictException.class);
        assertThat(late.refresh().revision()).isEqualTo(2);

        PublishResult same =
                late.publish(BundleDraft.upserting(List.of(virtualService("a", "two"), virtualService("b", "two")))
                        .expecting(seen));
        assertThat(outcomes(same)).containsExactly(Outcome.UNCHANGED, Outcome.CONFIGURED);
        assertThat(outcomes(late.publish(BundleDraft.upserting(List.of(virtualService("a", "four"))))))
                .containsExactly(Outcome.CONFIGURED);
    }

    @Test
    void aNamesakeMadeAnewIsNotWhatWasSeen() {
        RulePublisher publisher = mesh.publisher();
        publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "one"))));
        Map<RuleKey, String> seen = publisher.versions(List.of(key("a")));
        publisher.publish(BundleDraft.deleting(List.of(key("a"))));
        publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "one"))));
        assertThatThrownBy(() -> publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "two")))
                        .expecting(seen)))
                .isInstanceOf(ConflictException.class);
    }

    /** A transaction that its broker would roll back by itself only long after every deadline here. */
    private void dieInATransaction() {
        KafkaProducer<byte[], byte[]> dying = mesh.producer(
                Map.of("transactional.id", mesh.names.prefix() + "-rules", "transaction.timeout.ms", 600_000));
        dying.initTransactions();
        dying.beginTransaction();
        dying.send(mesh.rule("VirtualService/default/a", null, new BundleHeaders(2, 1, 0, "dead")));
        dying.flush();
    }

    @Test
    void aPublisherThatDiedMidwayIsInvisibleAndDoesNotHoldUpTheNext() {
        mesh.publisher().publish(BundleDraft.upserting(List.of(virtualService("a", "one"))));
        dieInATransaction();

        RulePublisher next = mesh.publisher();
        PublishResult result = next.publish(BundleDraft.upserting(List.of(virtualService("b", "two"))));

        assertThat(result.revision()).isEqualTo(2);
        assertThat(next.refresh().rules().keySet()).containsExactlyInAnyOrder(key("a"), key("b"));
    }

    @Test
    void whoAsksForTheRulesBeforeItChangesThemDoesNotWaitForTheDeadEither() {
        mesh.publisher().publish(BundleDraft.upserting(List.of(virtualService("a", "one"))));
        dieInATransaction();
        assertThat(mesh.publisher().refresh().rules().keySet()).containsExactly(key("a"));
    }

    @Test
    void aLeaderThatWasFencedByOneThatDiedTakesTheLeadBack() {
        RulePublisher publisher = mesh.publisher();
        publisher.publish(BundleDraft.upserting(List.of(virtualService("a", "one"))));
        dieInATransaction();
        PublishResult result = publisher.publish(BundleDraft.upserting(List.of(virtualService("b", "two"))));
        assertThat(result.revision()).isEqualTo(2);
        dieInATransaction();
        assertThat(publisher.refresh().rules().keySet()).containsExactlyInAnyOrder(key("a"), key("b"));
    }

    /** As when the end of the log was told by a broker that led once, and was cut off when another publisher led. */
    @Test
    void aBundleThatWasNotReadIsNeverWrittenOver() {
        RawBundles other = new RawBundles(mesh);
        other.write("VirtualService/default/a", mesh.codec.encode(virtualService("a", "one")));
        RulePublisher publisher = mesh.publisher();
        AtomicBoolean isUnread = new AtomicBoolean(true);
        RawBundles unfenced = other.unfenced();
        PublishResult result = publisher.publish(BundleDraft.upserting(List.of(virtualService("b", "two"))), state -> {
            if (isUnread.getAndSet(false)) {
                unfenced.write("VirtualService/default/c", mesh.codec.encode(virtualService("c", "three")));
            }
            return List.of();
        });
        assertThat(result.revision()).isEqualTo(3);
        assertThat(mesh.publisher().refresh().rules().keySet()).containsExactlyInAnyOrder(key("a"), key("b"), key("c"));
    }

    @Test
    void anUnreachableBrokerIsNamedWithinTheDeadline() {
        Map<String, Object> nowhere = Map.of("bootstrap.servers", "127.0.0.1:1");
        Duration deadline = Duration.ofMillis(700);
        assertThatThrownBy(() -> RulePublisher.open(nowhere, mesh.names, mesh.codec, "test", deadline))
                .isInstanceOf(KafkaUnreachableException.class)
                .hasMessage("no Kafka broker answered at 127.0.0.1:1 within 700 ms"
                        + " (is it running, and is this the right address?)");
    }
}
