/**
 * The services a proxy may know and where they run: read from rules, asked by the compiler.
 *
 * <p>{@link weft.routing.registry.ServiceDocuments} turns ServiceEntry and WorkloadEntry, and Kubernetes' Service,
 * Endpoints and EndpointSlice into {@link weft.routing.registry.Service} records; {@link
 * weft.routing.registry.ServiceRegistry} holds them by host. Immutable, no I/O.
 */
@NullMarked
package weft.routing.registry;

import org.jspecify.annotations.NullMarked;
