/** Tests of relayed connections, from the client's side and from the access log. */
@org.jspecify.annotations.NullMarked
package weft.proxy.tcp;
