package weft.rules;

import java.util.Comparator;
import org.apache.avro.specific.SpecificRecord;
import weft.schema.Metadata;

/**
 * One resource: its key and its generated Avro record ({@code weft.schema.VirtualService}, ...). Immutable as long as
 * nobody writes to the record, and nobody may.
 */
public record Rule(RuleKey key, Metadata metadata, SpecificRecord resource) {
    /** Istio's order of precedence among rules that conflict: by age, then by name, then by namespace. */
    public static final Comparator<Rule> OLDEST_FIRST = Comparator.<Rule>comparingLong(
                    rule -> rule.metadata().getCreationTimestamp())
            .thenComparing(rule -> rule.key().name())
            .thenComparing(rule -> rule.key().namespace());

    /** Wraps a top-level kind record, whose fields are {@code metadata} and {@code spec}. */
    public static Rule of(SpecificRecord resource) {
        Metadata metadata = (Metadata)
                resource.get(resource.getSchema().getField("metadata").pos());
        RuleKey key = new RuleKey(resource.getSchema().getName(), metadata.getNamespace(), metadata.getName());
        return new Rule(key, metadata, resource);
    }
}
