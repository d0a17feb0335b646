package weft.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A topic as the mesh needs it: name, partitions, and the settings it is created with and held to. Immutable.
 *
 * @param partitions number of partitions at creation
 * @param fixedPartitions whether another number is an error, because order across the whole topic matters
 */
public record TopicDefinition(String name, int partitions, boolean fixedPartitions, List<Setting> settings) {

    /** How strictly an existing topic is held to a setting. */
    public enum Check {
        /** The value must be this one. */
        EXACT,
        /** The number must be at least the minimum; -1 counts as infinite. */
        AT_LEAST,
        /** Given at creation; an operator may choose otherwise. */
        ON_CREATION
    }

    /**
     * One topic-level config.
     *
     * @param value what a new topic gets
     * @param minimum smallest value an existing topic may have, for {@link Check#AT_LEAST}
     */
    public record Setting(String key, String value, Check check, long minimum) {
        /** The value itself is required. */
        public static Setting exact(String key, String value) {
            return new Setting(key, value, Check.EXACT, 0);
        }

        /** At least {@code minimum} is required, {@code value} is what a new topic gets. */
        public static Setting atLeast(String key, long value, long minimum) {
            return new Setting(key, Long.toString(value), Check.AT_LEAST, minimum);
        }

        /** Only a new topic gets it. */
        public static Setting initial(String key, Object value) {
            return new Setting(key, value.toString(), Check.ON_CREATION, 0);
        }

        boolean accepts(String actual) {
            return switch (check) {
                case EXACT -> value.equals(actual);
                case AT_LEAST -> isAtLeastMinimum(actual);
                case ON_CREATION -> true;
            };
        }

        private boolean isAtLeastMinimum(String actual) {
            try {
                long number = Long.parseLong(actual);
                return number == -1 || (minimum != -1 && number >= minimum);
            } catch (NumberFormatException e) {
                return false;
            }
        }

        /** For people: what an acceptable value looks like. */
        String expectation() {
            if (check != Check.AT_LEAST) {
                return "\"" + value + "\"";
            }
            return minimum == -1 ? "\"-1\"" : "at least " + minimum + ", or -1";
        }
    }

    public TopicDefinition {
        settings = List.copyOf(settings);
    }

    /** What a new topic is created with. */
    public Map<String, String> configs() {
        Map<String, String> configs = new LinkedHashMap<>();
        settings.forEach(s -> configs.put(s.key(), s.value()));
        return configs;
    }

    /** The same topic with these configs at creation, no longer held to them; for tests that need haste. */
    public TopicDefinition with(Map<String, String> overrides) {
        Map<String, Setting> byKey = new LinkedHashMap<>();
        settings.forEach(s -> byKey.put(s.key(), s));
        overrides.forEach((key, value) -> byKey.put(key, Setting.initial(key, value)));
        return new TopicDefinition(name, partitions, fixedPartitions, List.copyOf(byKey.values()));
    }
}
