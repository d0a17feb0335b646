/**
 * Heads of HTTP messages as routing, policy and every codec see them, free of any wire format.
 *
 * <p>A codec fills a head once, after validating it; routing reads it, header operations edit it, the upstream encoder
 * writes it. All of it is confined to the event loop of its connection.
 */
@NullMarked
package weft.routing.http;

import org.jspecify.annotations.NullMarked;
