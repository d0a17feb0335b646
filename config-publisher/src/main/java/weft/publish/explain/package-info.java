/**
 * Requests to explain, read from command lines and JSON lines, and explanations written for people and programs.
 *
 * <p>What decides is {@link weft.routing.explain}; this reads, keeps one compiled snapshot per proxy that is asked
 * about, and writes. All of it runs on the command's thread.
 */
@NullMarked
package weft.publish.explain;

import org.jspecify.annotations.NullMarked;
