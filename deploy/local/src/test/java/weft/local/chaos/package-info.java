/**
 * Brokers, a publisher and proxies as processes of their own, which are killed, paused and started again while rules and
 * requests flow. Each process is ended by the test that started it; all of them listen on the loopback only.
 */
@NullMarked
package weft.local.chaos;

import org.jspecify.annotations.NullMarked;
