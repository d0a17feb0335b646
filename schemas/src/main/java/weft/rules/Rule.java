package weft.rules;

import org.apache.avro.specific.SpecificRecord;
import weft.schema.Metadata;

/**
 * One resource: its key and its generated Avro record ({@code weft.schema.VirtualService}, ...). Immutable as long as
 * nobody writes to the record, and nobody may.
 */
public record Rule(RuleKey key, Metadata metadata, SpecificRecord resource) {

    /** Wraps a top-level kind record, whose fields are {@code metadata} and {@code spec}. */
    public static Rule of(SpecificRecord resource) {
        Metadata metadata = (Metadata)
                resource.get(resource.getSchema().getField("metadata").pos());
        RuleKey key = new RuleKey(resource.getSchema().getName(), metadata.getNamespace(), metadata.getName());
        return new Rule(key, metadata, resource);
    }
}
