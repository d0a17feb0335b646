/**
 * Who needs which of Kafka's ACLs: the plan by role, and what a set of ACLs allows of it. Topic names, principals and ACLs come in, grants
 * and words go out; nobody is asked here.
 */
@NullMarked
package weft.publish.log.acl;

import org.jspecify.annotations.NullMarked;
