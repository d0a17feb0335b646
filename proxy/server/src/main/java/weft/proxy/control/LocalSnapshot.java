package weft.proxy.control;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.SavedRules;

/**
 * The last good rules on disk, so that a proxy serves before, and without, any broker. Loaded by the rule-loader thread,
 * then confined to the writer's.
 *
 * <p>Two files, the newest and the one before it. Each ends with the SHA-256 of all that precedes, is written beside its
 * name, forced to the disk and only then renamed, so a crash at any moment leaves a whole one.
 */
final class LocalSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(LocalSnapshot.class);

    private static final int MAGIC = 0x57454654; // WEFT
    private static final int FORMAT = 1;
    private static final int TRAILER_BYTES = 32;

    private final Path newest;
    private final Path previous;
    private final Path writing;
    /** A damaged newest must not take the place of the whole one before it. */
    private boolean isNewestUnusable;

    /**
     * What a restart must not lose.
     *
     * @param saved the log's state in raw bytes
     * @param lastGood encoded rules in service whose newest version cannot be accepted, by record key
     * @param schemas JSON of the writers' schemas that the bytes are in
     */
    record Content(SavedRules saved, Map<String, byte[]> lastGood, List<String> schemas) {}

    LocalSnapshot(Path directory) {
        this.newest = directory.resolve("rules.snapshot");
        this.previous = directory.resolve("rules.snapshot.previous");
        this.writing = directory.resolve("rules.snapshot.tmp");
    }

    /** Why nothing could be written, found out by making the directory; empty when it can. */
    String problem() {
        Path directory = newest.toAbsolutePath().getParent();
        try {
            Files.createDirectories(directory);
            return Files.isWritable(directory) ? "" : directory + " is not writable";
        } catch (IOException e) {
            return directory + ": " + e;
        }
    }

    /** The newest whole snapshot; null when there is none. */
    @Nullable
    Content load() {
        for (Path file : List.of(newest, previous)) {
            try {
                return read(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                LOG.debug("no snapshot file={}", file);
            } catch (IOException e) {
                LOG.warn("snapshot is not usable file={} error={}", file, e.toString());
                isNewestUnusable |= file.equals(newest);
            }
        }
        return null;
    }

    private static Content read(byte[] bytes) throws IOException {
        int length = bytes.length - TRAILER_BYTES;
        if (length < 0) {
            throw new IOException("torn: length " + bytes.length);
        }
        MessageDigest sha256 = sha256();
        sha256.update(bytes, 0, length);
        if (!Arrays.equals(sha256.digest(), Arrays.copyOfRange(bytes, length, bytes.length))) {
            throw new IOException("torn: its checksum does not agree");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
        int magic = in.readInt();
        int format = in.readInt();
        if (magic != MAGIC || format != FORMAT) {
            throw new IOException("another format: " + format + " (expected: " + FORMAT + ")");
        }
        String clusterId = in.readUTF();
        String topicId = in.readUTF();
        int leaderEpoch = in.readInt();
        long commitOffset = in.readLong();
        long savedAtMillis = in.readLong();
        byte[] commit = readBytes(in);
        List<String> schemas = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            schemas.add(new String(readBytes(in), StandardCharsets.UTF_8));
        }
        Map<String, SavedRules.Value> values = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.put(in.readUTF(), new SavedRules.Value(readBytes(in), in.readLong()));
        }
        Map<String, byte[]> lastGood = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            lastGood.put(in.readUTF(), readBytes(in));
        }
        SavedRules saved = new SavedRules(clusterId, topicId, leaderEpoch, commitOffset, commit, savedAtMillis, values);
        return new Content(saved, lastGood, schemas);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new IOException("ends early");
        }
        return bytes;
    }

    /**
     * Replaces the newest; the one before it is kept.
     *
     * @throws IOException when it cannot be written, as on a full disk; both are as they were then
     */
    void write(Content content) throws IOException {
        Files.createDirectories(newest.toAbsolutePath().getParent());
        try {
            writeBeside(content);
        } catch (IOException e) {
            Files.deleteIfExists(writing); // what was written of it would keep the disk full
            throw e;
        }
        if (Files.exists(newest) && !isNewestUnusable) {
            Files.move(newest, previous, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(writing, newest, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        isNewestUnusable = false;
    }

    private void writeBeside(Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                writing, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            MessageDigest sha256 = sha256();
            OutputStream file = Channels.newOutputStream(channel);
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new DigestOutputStream(file, sha256)));
            write(content, out);
            out.flush();
            file.write(sha256.digest());
            channel.force(true);
        }
    }

    private static void write(Content content, DataOutputStream out) throws IOException {
        SavedRules saved = content.saved();
        out.writeInt(MAGIC);
        out.writeInt(FORMAT);
        out.writeUTF(saved.clusterId());
        out.writeUTF(saved.topicId());
        out.writeInt(saved.leaderEpoch());
        out.writeLong(saved.commitOffset());
        out.writeLong(saved.savedAtMillis());
        writeBytes(out, saved.commit());
        out.writeInt(content.schemas().size());
        for (String schema : content.schemas()) {
            writeBytes(out, schema.getBytes(StandardCharsets.UTF_8));
        }
        out.writeInt(saved.values().size());
        for (Map.Entry<String, SavedRules.Value> each : saved.values().entrySet()) {
            out.writeUTF(each.getKey());
            writeBytes(out, each.getValue().bytes());
            out.writeLong(each.getValue().offset());
        }
        out.writeInt(content.lastGood().size());
        for (Map.Entry<String, byte[]> each : content.lastGood().entrySet()) {
            out.writeUTF(each.getKey());
            writeBytes(out, each.getValue());
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
