package weft.log;

import static weft.log.TopicDefinition.Setting.atLeast;
import static weft.log.TopicDefinition.Setting.exact;
import static weft.log.TopicDefinition.Setting.initial;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The topics of one mesh, with the settings its guarantees rest on. Immutable. */
public final class MeshTopics {
    /** Largest record on the rules and journal topics, bytes: a journal entry holds a rule before and after. */
    public static final int MAX_RECORD_BYTES = 4 << 20;

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);
    private static final long DAY = TimeUnit.DAYS.toMillis(1);

    private final TopicNames names;

    public MeshTopics(TopicNames names) {
        this.names = names;
    }

    /** Every topic, in the order of the data's way through the mesh. */
    public List<TopicDefinition> all() {
        return List.of(
                rules(),
                journal(),
                workloads(),
                health(),
                proxies(),
                quota(),
                accessLogs(),
                metrics(),
                traffic(),
                schemas());
    }

    /** The topics a publisher writes and waits on, and those that rules need on which nobody waits. */
    public List<TopicDefinition> control() {
        return List.of(rules(), journal(), proxies(), quota(), schemas());
    }

    /** One partition, so that there is one order; compacted only, since age must never delete a live rule. */
    public TopicDefinition rules() {
        return new TopicDefinition(
                names.rules(),
                1,
                true,
                List.of(
                        exact("cleanup.policy", "compact"),
                        exact("unclean.leader.election.enable", "false"),
                        // Proxies resume from snapshots younger than half of this; below a day that is no help.
                        atLeast("delete.retention.ms", 7 * DAY, DAY),
                        atLeast("max.message.bytes", MAX_RECORD_BYTES, MAX_RECORD_BYTES),
                        initial("retention.ms", -1),
                        initial("min.compaction.lag.ms", HOUR),
                        initial("segment.ms", 6 * HOUR),
                        initial("segment.bytes", 64 << 20),
                        initial("min.cleanable.dirty.ratio", 0.1)));
    }

    /** The whole history, one entry per bundle. */
    public TopicDefinition journal() {
        return new TopicDefinition(
                names.journal(),
                1,
                true,
                List.of(
                        exact("cleanup.policy", "delete"),
                        exact("unclean.leader.election.enable", "false"),
                        // Kept for ever unless a law says otherwise; a month is the least that makes a history.
                        atLeast("retention.ms", -1, 30 * DAY),
                        exact("retention.bytes", "-1"),
                        atLeast("max.message.bytes", MAX_RECORD_BYTES, MAX_RECORD_BYTES)));
    }

    public TopicDefinition workloads() {
        return new TopicDefinition(
                names.workloads(),
                4,
                false,
                List.of(
                        exact("cleanup.policy", "compact"),
                        initial("segment.ms", HOUR),
                        initial("min.cleanable.dirty.ratio", 0.1)));
    }

    /** Findings of shared health checks; who was first is told by the broker's time, not by that of proxies. */
    public TopicDefinition health() {
        return new TopicDefinition(
                names.health(),
                4,
                false,
                List.of(
                        exact("cleanup.policy", "compact,delete"),
                        exact("message.timestamp.type", "LogAppendTime"),
                        initial("retention.ms", DAY),
                        initial("segment.ms", HOUR),
                        initial("min.cleanable.dirty.ratio", 0.1)));
    }

    /** What proxies say of themselves; who has been silent for a week is forgotten. */
    public TopicDefinition proxies() {
        return new TopicDefinition(
                names.proxies(),
                6,
                false,
                List.of(
                        exact("cleanup.policy", "compact,delete"),
                        initial("retention.ms", 7 * DAY),
                        initial("segment.ms", HOUR),
                        initial("min.cleanable.dirty.ratio", 0.1)));
    }

    /**
     * What proxies are asked for, from which they compute shares of limits: one order, so that all compute alike, and the
     * broker's clock. Nothing older than a few seconds is ever read.
     */
    public TopicDefinition quota() {
        return new TopicDefinition(
                names.quota(),
                1,
                true,
                List.of(
                        exact("cleanup.policy", "delete"),
                        exact("message.timestamp.type", "LogAppendTime"),
                        initial("retention.ms", HOUR),
                        initial("segment.ms", HOUR)));
    }

    /** Stamped by the broker, so that a proxy with a wrong clock does not lose its logs to retention. */
    public TopicDefinition accessLogs() {
        return new TopicDefinition(
                names.accessLogs(),
                4,
                false,
                List.of(
                        exact("cleanup.policy", "delete"),
                        exact("message.timestamp.type", "LogAppendTime"),
                        initial("retention.ms", 6 * HOUR)));
    }

    public TopicDefinition metrics() {
        return new TopicDefinition(
                names.metrics(),
                4,
                false,
                List.of(
                        exact("cleanup.policy", "delete"),
                        exact("message.timestamp.type", "LogAppendTime"),
                        initial("retention.ms", DAY)));
    }

    public TopicDefinition traffic() {
        return new TopicDefinition(
                names.traffic(),
                4,
                false,
                List.of(exact("cleanup.policy", "delete"), initial("retention.ms", 7 * DAY)));
    }

    public TopicDefinition schemas() {
        return new TopicDefinition(
                names.schemas(),
                1,
                true,
                List.of(exact("cleanup.policy", "compact"), initial("min.cleanable.dirty.ratio", 0.1)));
    }
}
