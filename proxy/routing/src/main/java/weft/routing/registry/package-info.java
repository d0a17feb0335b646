/**
 * The services a proxy may know and where they run: read from rules, asked by the compiler.
 *
 * <p>A source (ServiceEntry and WorkloadEntry today) turns its documents into {@link weft.routing.registry.Service}
 * records; {@link weft.routing.registry.ServiceRegistry} holds them by host. Immutable, no I/O.
 */
@NullMarked
package weft.routing.registry;

import org.jspecify.annotations.NullMarked;
