/** A mesh on a broker that asks who comes and what he may do: roles, their ACLs, and the ways to log in. */
@NullMarked
package weft.local.acl;

import org.jspecify.annotations.NullMarked;
