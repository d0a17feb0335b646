package weft.publish.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import weft.log.MeshKeys;
import weft.log.ProxyRoster;
import weft.log.RecordDecoder;
import weft.log.RuleLogView;
import weft.log.RulePublisher;
import weft.log.SchemaLog;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WorkloadRoster;

/**
 * Where a mesh's log is and how to reach it. Immutable; what it opens belongs to whoever asked.
 *
 * @param kafka client properties, {@code bootstrap.servers} among them
 * @param timeout how long Kafka may keep one call waiting
 * @param keys whose bundles count, and whom to sign as
 */
public record MeshAddress(Map<String, Object> kafka, TopicNames topics, Duration timeout, MeshKeys keys) {
    public MeshAddress {
        kafka = Map.copyOf(kafka);
    }

    /** A mesh where nothing is signed. */
    public MeshAddress(Map<String, Object> kafka, TopicNames topics, Duration timeout) {
        this(kafka, topics, timeout, MeshKeys.NONE);
    }

    /** @param codec may be shared with {@link #roster(WireCodec)}: making one takes a while */
    public RulePublisher publisher(String agent, WireCodec codec) {
        return RulePublisher.open(kafka, topics, codec, agent, timeout, keys);
    }

    public RuleLogView view() {
        return new RuleLogView(kafka, topics, decoder(), timeout, keys.trusted());
    }

    public ProxyRoster roster() {
        return roster(WireCodec.withLocalSchemas());
    }

    public ProxyRoster roster(WireCodec codec) {
        return ProxyRoster.open(kafka, topics, codec, timeout);
    }

    /** Who registered as a workload; read by whoever asked. */
    public WorkloadRoster workloads() {
        return new WorkloadRoster(kafka, topics, decoder(), InstantSource.system());
    }

    RecordDecoder decoder() {
        WireCodec codec = WireCodec.withLocalSchemas();
        return new RecordDecoder(codec, new SchemaLog(kafka, topics, codec, timeout));
    }
}
