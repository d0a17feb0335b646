/**
 * A client of schema registries: Confluent's REST API, which Apicurio and Karapace serve as well.
 *
 * <p>Schema texts go out, ids come back, and the other way round. Every call blocks its caller, within a bound; nothing
 * here is on the way of a rule or a request.
 */
@NullMarked
package weft.log.registry;

import org.jspecify.annotations.NullMarked;
