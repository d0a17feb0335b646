@org.jspecify.annotations.NullMarked
package weft.publish.meaning;
