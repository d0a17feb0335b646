/**
 * A mesh of processes on one machine: {@code weft up}, {@code down}, {@code status} and {@code demo-load}.
 *
 * <p>{@link weft.local.mesh.MeshPlan} decides from free ports what runs with which arguments; {@link
 * weft.local.mesh.Supervisor} starts and ends the processes and keeps {@link weft.local.mesh.MeshState} beside their logs,
 * so that any later command finds them. Everything runs on the main thread, except the shutdown hook that ends a mesh
 * in the foreground.
 */
@NullMarked
package weft.local.mesh;

import org.jspecify.annotations.NullMarked;
