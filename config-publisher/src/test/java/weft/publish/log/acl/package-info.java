@NullMarked
package weft.publish.log.acl;

import org.jspecify.annotations.NullMarked;
