/**
 * End to end: {@code bin/weft} starts a real mesh, and traffic tells whether it obeys its rules.
 *
 * <p>{@link weft.local.e2e.LocalMesh} is started once per JVM and shared; each test applies the rules it needs and does
 * not rely on what another left. {@link weft.local.e2e.LoadClient} makes all traffic, on the loopback, and counts every
 * outcome. Sizes that take minutes come with {@code -Pslow}.
 */
@NullMarked
package weft.local.e2e;

import org.jspecify.annotations.NullMarked;
