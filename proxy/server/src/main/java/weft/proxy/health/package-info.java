/**
 * Active health checks: a {@link weft.proxy.health.HealthChecker} probes what clusters watch and marks endpoints that fail.
 *
 * <p>Each endpoint is probed on one event loop, whatever number of clusters has it with equal settings. Verdicts go to
 * {@link weft.proxy.upstream.EndpointState#mark}; nothing here is on the path of a request.
 */
@NullMarked
package weft.proxy.health;

import org.jspecify.annotations.NullMarked;
