package weft.local.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Does to a mesh what happens to meshes, one fault after the other, in an order that the seed decides. Confined to the
 * test's thread. Every kind comes once before any comes again; what is drawn from the seed does not depend on time.
 */
final class ChaosFaults {
    /** A publisher that was told at which step to die gets as far within this. */
    private static final int DEATH_SECONDS = 90;

    private static final int SLICE_MILLIS = 100;

    /** Kinds of faults; those of the brokers leave a majority of them alone. */
    private enum Kind {
        KILL_BROKER,
        PAUSE_BROKER,
        CUT_BROKER_FROM_BROKER,
        CUT_BROKER_FROM_BROKER_ONE_WAY,
        ISOLATE_BROKER,
        KILL_PUBLISHER,
        REPLACE_PAUSED_PUBLISHER,
        DIE_BEFORE_BEGIN,
        DIE_AFTER_FIRST_RECORD,
        DIE_BEFORE_COMMIT,
        DIE_IN_COMMIT,
        DIE_AFTER_COMMIT,
        CUT_PUBLISHER_FROM_BROKER,
        CUT_PUBLISHER_FROM_BROKER_ONE_WAY,
        KILL_PROXY,
        PAUSE_PROXY,
        CUT_PROXY_FROM_BROKER,
        CUT_PROXY_FROM_BROKER_ONE_WAY,
        CUT_PROXY_FROM_ALL_BROKERS;

        boolean isPartition() {
            return name().startsWith("CUT") || name().startsWith("ISOLATE");
        }

        boolean isOfBrokers() {
            return name().endsWith("BROKER") && !name().contains("PUBLISHER") && !name().contains("PROXY")
                    || this == CUT_BROKER_FROM_BROKER_ONE_WAY;
        }
    }

    private final ChaosMesh mesh;
    private final Random random;
    private final int holdMillis;
    private final List<Kind> bag = new ArrayList<>();
    private final Map<Kind, Integer> done = new TreeMap<>();
    private final long startNanos = System.nanoTime();
    private String last = "";

    /** @param holdMillis how long a fault lasts at most */
    ChaosFaults(ChaosMesh mesh, Random random, int holdMillis) {
        this.mesh = mesh;
        this.random = random;
        this.holdMillis = holdMillis;
    }

    /** The next fault from its beginning to its end, sometimes with another one while it lasts, and a rest. */
    void next() throws Exception {
        last = "";
        Kind kind = draw();
        Kind meanwhile = random.nextBoolean() ? draw() : null;
        if (meanwhile != null && kind.isOfBrokers() && !meanwhile.isOfBrokers()) {
            begin(kind, () -> begin(meanwhile, this::hold));
        } else {
            begin(kind, this::hold);
            if (meanwhile != null) {
                bag.add(meanwhile); // its turn comes
            }
        }
        hold();
    }

    private Kind draw() {
        if (bag.isEmpty()) {
            for (Kind kind : Kind.values()) {
                if (mesh.network.canPartition() || !kind.isPartition()) {
                    bag.add(kind);
                }
            }
            Collections.shuffle(bag, random);
        }
        return bag.remove(bag.size() - 1);
    }

    /** What goes on while a fault lasts. */
    @FunctionalInterface
    private interface Meanwhile {
        void run() throws Exception;
    }

    private void begin(Kind kind, Meanwhile meanwhile) throws Exception {
        done.merge(kind, 1, Integer::sum);
        long seconds = (System.nanoTime() - startNanos) / 1_000_000_000;
        last += " " + kind + " at " + seconds + " s";
        int broker = random.nextInt(ChaosMesh.BROKERS);
        int other = (broker + 1 + random.nextInt(ChaosMesh.BROKERS - 1)) % ChaosMesh.BROKERS;
        int proxy = random.nextInt(ChaosMesh.PROXIES);
        boolean outward = random.nextBoolean();
        String b = ChaosMesh.broker(broker + 1);
        String o = ChaosMesh.broker(other + 1);
        String p = ChaosMesh.proxy(proxy);
        switch (kind) {
            case KILL_BROKER -> {
                mesh.brokers.get(broker).kill();
                meanwhile.run();
                mesh.brokers.get(broker).start();
            }
            case PAUSE_BROKER -> pause(mesh.brokers.get(broker), meanwhile);
            case CUT_BROKER_FROM_BROKER -> cut(both(b, o), meanwhile);
            case CUT_BROKER_FROM_BROKER_ONE_WAY -> cut(List.of(new Link(b, o)), meanwhile);
            case ISOLATE_BROKER -> cut(withAllOthers(broker), meanwhile);
            case KILL_PUBLISHER -> mesh.publisher().kill();
            case REPLACE_PAUSED_PUBLISHER -> replacePaused(meanwhile);
            case DIE_BEFORE_BEGIN -> die(DeathStep.BEFORE_BEGIN);
            case DIE_AFTER_FIRST_RECORD -> die(DeathStep.AFTER_FIRST_RECORD);
            case DIE_BEFORE_COMMIT -> die(DeathStep.BEFORE_COMMIT);
            case DIE_IN_COMMIT -> die(DeathStep.IN_COMMIT);
            case DIE_AFTER_COMMIT -> die(DeathStep.AFTER_COMMIT);
            case CUT_PUBLISHER_FROM_BROKER -> cut(both(b, ChaosMesh.PUBLISHER), meanwhile);
            case CUT_PUBLISHER_FROM_BROKER_ONE_WAY -> cut(oneWay(b, ChaosMesh.PUBLISHER, outward), meanwhile);
            case KILL_PROXY -> mesh.proxies.get(proxy).restart();
            case PAUSE_PROXY -> pause(mesh.proxies.get(proxy), meanwhile);
            case CUT_PROXY_FROM_BROKER -> cut(both(b, p), meanwhile);
            case CUT_PROXY_FROM_BROKER_ONE_WAY -> cut(oneWay(b, p, outward), meanwhile);
            case CUT_PROXY_FROM_ALL_BROKERS -> {
                List<Link> links = new ArrayList<>();
                for (int i = 1; i <= ChaosMesh.BROKERS; i++) {
                    links.addAll(both(ChaosMesh.broker(i), p));
                }
                cut(links, meanwhile);
            }
        }
    }

    /** Packets one way. */
    private record Link(String from, String to) {}

    private static List<Link> both(String one, String other) {
        return List.of(new Link(one, other), new Link(other, one));
    }

    private static List<Link> oneWay(String one, String other, boolean outward) {
        return List.of(outward ? new Link(one, other) : new Link(other, one));
    }

    /** The clients still reach it. */
    private static List<Link> withAllOthers(int broker) {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < ChaosMesh.BROKERS; i++) {
            if (i != broker) {
                links.addAll(both(ChaosMesh.broker(broker + 1), ChaosMesh.broker(i + 1)));
            }
        }
        return links;
    }

    private void cut(List<Link> links, Meanwhile meanwhile) throws Exception {
        for (Link link : links) {
            mesh.network.cut(link.from(), link.to());
        }
        try {
            meanwhile.run();
        } finally {
            for (Link link : links) {
                mesh.network.mend(link.from(), link.to());
            }
        }
    }

    private static void pause(ChaosProcess process, Meanwhile meanwhile) throws Exception {
        process.signal("STOP");
        try {
            meanwhile.run();
        } finally {
            process.signal("CONT");
        }
    }

    /** The next one leads; the first one comes back in the middle of whatever it did, and must not get in between. */
    private void replacePaused(Meanwhile meanwhile) throws Exception {
        if (!mesh.awaitFirstBundle(DEATH_SECONDS)) {
            return; // there is nothing to come back to
        }
        ChaosProcess first = mesh.publisher();
        first.signal("STOP");
        mesh.publishAnew(Long.MAX_VALUE);
        boolean isOvertaken = mesh.awaitFirstBundle(DEATH_SECONDS);
        meanwhile.run();
        first.signal("CONT");
        if (isOvertaken && !first.awaitEnd(DEATH_SECONDS)) {
            first.kill();
            throw new AssertionError("a publisher that was overtaken goes on");
        }
        first.kill();
    }

    private void die(DeathStep step) throws IOException, InterruptedException {
        mesh.keepPublishing();
        ChaosProcess dying = mesh.publisher();
        dying.say("die " + step);
        if (!dying.awaitEnd(DEATH_SECONDS)) {
            dying.kill(); // Kafka did not let it get as far
        }
    }

    /** How long something lasts is part of the fault; somebody publishes all the time. */
    private void hold() throws IOException, InterruptedException {
        for (int left = random.nextInt(holdMillis); left > 0; left -= SLICE_MILLIS) {
            mesh.keepPublishing();
            Thread.sleep(SLICE_MILLIS);
        }
    }

    /** What {@link #next} did. */
    String last() {
        return last.strip();
    }

    @Override
    public String toString() {
        return done.toString();
    }
}
