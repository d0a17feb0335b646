/**
 * The {@code weft} command's entry point; the work is done in {@link weft.publish.yaml}, {@link weft.publish.cli} and
 * their neighbours. Runs on the main thread.
 */
@NullMarked
package weft.publish;

import org.jspecify.annotations.NullMarked;
