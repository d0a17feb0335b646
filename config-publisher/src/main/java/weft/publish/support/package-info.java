/**
 * What Weft reads, publishes and does not act on: one list, from which come the warnings of the commands and the support
 * matrix of the docs.
 *
 * <p>Functions of the schemas and the list alone; any thread may call them.
 */
@NullMarked
package weft.publish.support;

import org.jspecify.annotations.NullMarked;
