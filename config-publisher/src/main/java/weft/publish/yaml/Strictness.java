package weft.publish.yaml;

/** How much of what is doubtful a reader of rules lets pass. Immutable. */
public enum Strictness {
    /** Unknown fields are only warned of, as Kubernetes drops them. */
    LENIENT,
    /** Unknown fields are errors. */
    USUAL,
    /** Every warning is an error. */
    STRICT
}
