/** What is supported, as told by the list and by the page for users. */
@org.jspecify.annotations.NullMarked
package weft.publish.support;
