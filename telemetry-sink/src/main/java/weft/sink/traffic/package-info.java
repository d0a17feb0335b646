/**
 * Counts traffic: access log entries in, one {@link weft.schema.TrafficWindow} per edge, route, subset and window out.
 *
 * <p>Two Kafka Streams sub-topologies: {@link weft.sink.traffic.Combiner} folds entries into partial windows in memory
 * and hands one record per key and window to the repartition topic before each commit;
 * {@link weft.sink.traffic.Merger} adds partials to the window store and writes the sum to the traffic topic. Both run on
 * Streams threads; the stores are read by the query threads.
 */
@NullMarked
package weft.sink.traffic;

import org.jspecify.annotations.NullMarked;
