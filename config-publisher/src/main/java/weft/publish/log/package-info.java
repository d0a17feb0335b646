/**
 * The command's way to the log: how a mesh is reached, its history, its health. The only package of the command that
 * touches Kafka's clients; the work on the log itself is in {@link weft.log}. Everything runs on the calling thread.
 */
@NullMarked
package weft.publish.log;

import org.jspecify.annotations.NullMarked;
