/** Tests of the registry: which documents describe which services. */
@NullMarked
package weft.routing.registry;

import org.jspecify.annotations.NullMarked;
