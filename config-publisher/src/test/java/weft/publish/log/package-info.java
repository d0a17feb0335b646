/** Tests of reading the journal. */
@NullMarked
package weft.publish.log;

import org.jspecify.annotations.NullMarked;
