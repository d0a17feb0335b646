package weft.log;

import org.apache.avro.specific.SpecificRecord;

/** Decodes log values, asking the schemas topic when a writer's schema is unknown. Confined to its owner's thread. */
public final class RecordDecoder {
    private final WireCodec codec;
    private final SchemaLog schemas;

    public RecordDecoder(WireCodec codec, SchemaLog schemas) {
        this.codec = codec;
        this.schemas = schemas;
    }

    public WireCodec codec() {
        return codec;
    }

    /** @throws WireException when the value cannot be read, its schema looked up or not */
    public <T extends SpecificRecord> T decode(byte[] value, Class<T> type) throws WireException {
        schemas.learn(value); // when it fails, decode says so
        return codec.decode(value, type);
    }

    /** @throws WireException when the value cannot be read, its schema looked up or not */
    public SpecificRecord decode(byte[] value) throws WireException {
        return decode(value, SpecificRecord.class);
    }
}
