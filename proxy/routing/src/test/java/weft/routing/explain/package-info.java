/** Tests of explanations: each answer by itself, and that no trace says otherwise than the table. */
@NullMarked
package weft.routing.explain;

import org.jspecify.annotations.NullMarked;
