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
    public static final Comparator<Rule> OLDEST_FIRST = Rule::compareAge;

    private static int compareAge(Rule one, Rule other) {
        int age = Long.compare(
                one.metadata().getCreationTimestamp(), other.metadata().getCreationTimestamp());
        if (age != 0) {
            return age;
        }
        int name = one.key().name().compareTo(other.key().name());
        return name != 0 ? name : one.key().namespace().compareTo(other.key().namespace());
    }

    /** Wraps a top-level kind record, whose fields are {@code metadata} and {@code spec}. */
    public static Rule of(SpecificRecord resource) {
        Metadata metadata = (Metadata)
                resource.get(resource.getSchema().getField("metadata").pos());
        RuleKey key = new RuleKey(resource.getSchema().getName(), metadata.getNamespace(), metadata.getName());
        return new Rule(key, metadata, resource);
    }
}
