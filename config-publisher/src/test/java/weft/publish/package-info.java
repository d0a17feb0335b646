/** Tests of the command's entry point and what several test packages share. */
@org.jspecify.annotations.NullMarked
package weft.publish;
