/**
 * The process {@code weft demo}: the bookinfo services, their visitors, and a small control port.
 *
 * <p>Visitors request the product page through the gateway at a steady, settable rate; {@code weft demo-load} sets it
 * through the control port, which listens on the loopback.
 */
@NullMarked
package weft.local.demo;

import org.jspecify.annotations.NullMarked;
