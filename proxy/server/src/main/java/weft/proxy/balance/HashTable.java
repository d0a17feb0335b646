package weft.proxy.balance;

/** Finds the endpoint that a hash belongs to, by position. Immutable. */
public interface HashTable {
    /** Of no endpoint. */
    int NONE = -1;

    /**
     * The endpoint of a hash; another, always the same, while that one may not be used. Hashes of those that may stay where
     * they are.
     *
     * @param usable by position
     * @return {@link #NONE} when no endpoint in the table may be used
     */
    int pick(long hash, boolean[] usable);
}
