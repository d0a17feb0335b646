/** Tests that run the command in this process, with its output captured. */
@org.jspecify.annotations.NullMarked
package weft.publish.cli;
