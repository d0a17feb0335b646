/**
 * What a change of a rule means for traffic, said as a colleague would: which share moves where, which routes come, go or
 * change places, which hosts are gained or lost.
 *
 * <p>Two resource trees flow in, as {@code weft get} writes them, and lines of text flow out. Pure functions, on the
 * command's thread.
 */
@NullMarked
package weft.publish.meaning;

import org.jspecify.annotations.NullMarked;
