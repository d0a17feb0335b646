package weft.sink;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import weft.log.TopicNames;
import weft.sink.traffic.TrafficTopology;

/**
 * How one aggregator runs. Immutable.
 *
 * @param kafka client properties
 * @param applicationId Kafka Streams' name of the group that shares the work
 * @param stateDir folder of the stores' local files
 * @param threads of Kafka Streams; one counts some hundred thousand entries a second
 * @param listen address of the REST server; port 0 for any
 */
public record SinkSettings(
        Map<String, Object> kafka,
        TopicNames topics,
        String applicationId,
        Path stateDir,
        int threads,
        TrafficTopology.Settings windows,
        InetSocketAddress listen) {
    public SinkSettings {
        kafka = Map.copyOf(kafka);
    }
}
