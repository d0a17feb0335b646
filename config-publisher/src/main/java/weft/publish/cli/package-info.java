/**
 * The {@code weft} command: one class for each subcommand, the words and exit codes they share.
 *
 * <p>Arguments come in, data goes to standard output and everything said to people goes to standard error, both by way
 * of {@link weft.publish.cli.Terminal}. A command runs on the thread that calls it and ends with an {@link
 * weft.publish.cli.ExitCode}.
 */
@NullMarked
package weft.publish.cli;

import org.jspecify.annotations.NullMarked;
