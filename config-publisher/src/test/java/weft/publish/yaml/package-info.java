/** Tests of YAML in and out. */
@org.jspecify.annotations.NullMarked
package weft.publish.yaml;
