/**
 * YAML in and out: text becomes {@link weft.publish.yaml.DecodedDocument}s that carry generated Avro records, and records
 * become YAML or JSON again.
 *
 * <p>The decoder is driven by the Avro schemas alone and knows no kind by hand; it keeps the position of every node, so
 * that each complaint names file, line and column. Pure except for {@link weft.publish.yaml.SourceFiles}, which reads
 * files, folders, URLs and standard input. Everything runs on the thread that calls.
 */
@NullMarked
package weft.publish.yaml;

import org.jspecify.annotations.NullMarked;
