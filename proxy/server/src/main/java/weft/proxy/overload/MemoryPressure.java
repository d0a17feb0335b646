package weft.proxy.overload;

/** How full memory is. Implementations are asked by one thread. */
@FunctionalInterface
public interface MemoryPressure {
    /** Part of what there is that is in use, from 0 to 1; of several kinds of memory the fullest. */
    double used();
}
