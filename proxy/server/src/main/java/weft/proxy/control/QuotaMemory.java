package weft.proxy.control;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many proxies shared in each limit of late, on disk beside the rules, so that a proxy that starts while Kafka is away
 * knows of the others. Confined to the thread "quota".
 *
 * <p>What counts is the most of the last hour: when proxies stop one after the other the last one must not forget the rest.
 */
final class QuotaMemory {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaMemory.class);
    private static final long REMEMBERED_MILLIS = Duration.ofHours(1).toMillis();
    /** How old the file may be while nothing changes but the time. */
    private static final long REFRESH_MILLIS = Duration.ofMinutes(5).toMillis();

    private final Path file;
    private final Path writing;
    private final InstantSource clock;
    private final Map<String, Known> known = new HashMap<>();
    private boolean isFailing;

    private record Known(int members, long atMillis) {
        /** {@code 3 1796000000000}. */
        static Known parse(String text) {
            int blank = text.indexOf(' ');
            return new Known(Integer.parseInt(text.substring(0, blank)), Long.parseLong(text.substring(blank + 1)));
        }

        @Override
        public String toString() {
            return members + " " + atMillis;
        }
    }

    QuotaMemory(Path directory, InstantSource clock) {
        this.file = directory.resolve("quota.properties");
        this.writing = directory.resolve("quota.properties.tmp");
        this.clock = clock;
    }

    /** Members by limit; empty when nothing is known, or the file is of no use. */
    Map<String, Integer> load() {
        known.clear();
        try (Reader in = Files.newBufferedReader(file)) {
            Properties lines = new Properties();
            lines.load(in);
            lines.stringPropertyNames().forEach(limit -> known.put(limit, Known.parse(lines.getProperty(limit, ""))));
        } catch (NoSuchFileException e) {
            LOG.debug("no memory of limits file={}", file);
        } catch (IOException | RuntimeException e) {
            known.clear();
            LOG.warn("memory of limits is not usable file={} error={}", file, e.toString());
        }
        Map<String, Integer> members = new HashMap<>();
        known.forEach((limit, one) -> members.put(limit, one.members()));
        return members;
    }

    /** Takes in how many share now; other limits are forgotten. */
    void note(Map<String, Integer> members) {
        long now = clock.millis();
        boolean isChanged = known.keySet().retainAll(members.keySet());
        for (Map.Entry<String, Integer> each : members.entrySet()) {
            if (isNews(known.get(each.getKey()), each.getValue(), now)) {
                known.put(each.getKey(), new Known(each.getValue(), now));
                isChanged = true;
            }
        }
        if (isChanged) {
            save();
        }
    }

    private static boolean isNews(@Nullable Known before, int members, long now) {
        if (before == null || members > before.members()) {
            return true;
        }
        long patience = members == before.members() ? REFRESH_MILLIS : REMEMBERED_MILLIS;
        return now - before.atMillis() > patience;
    }

    private void save() {
        Properties lines = new Properties();
        known.forEach((limit, one) -> lines.setProperty(limit, one.toString()));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (Writer out = Files.newBufferedWriter(writing)) {
                lines.store(out, null);
            }
            Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            isFailing = false;
        } catch (IOException e) {
            if (!isFailing) {
                isFailing = true;
                LOG.warn("memory of limits is not kept file={} error={}", file, e.toString());
            }
        }
    }
}
