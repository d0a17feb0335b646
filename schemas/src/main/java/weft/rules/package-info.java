/**
 * Rules as every part of Weft names them: a {@link weft.rules.RuleKey} and the Avro resource it stands for.
 *
 * <p>Publisher, proxy and sink share these types. Nothing here touches I/O, clocks or threads.
 */
@NullMarked
package weft.rules;

import org.jspecify.annotations.NullMarked;
