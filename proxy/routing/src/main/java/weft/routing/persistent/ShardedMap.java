package weft.routing.persistent;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash map whose next version shares all with it but a few shards. Immutable.
 *
 * <p>Entries lie in shards of a hundred or two. A change copies its shard and the list of shards, and two versions are
 * compared shard by shard: what they share is passed over, so that changes are found in the time of a walk along that
 * list.
 */
public final class ShardedMap<K, V> extends AbstractMap<K, V> {
    /** Above this many entries a shard, a map gets twice as many shards. */
    private static final int MOST_PER_SHARD = 192;

    /** Also bounds the walk along the shards; beyond 50 million entries shards grow. */
    private static final int MOST_SHARDS = 1 << 18;

    private static final ShardedMap<?, ?> EMPTY = new ShardedMap<>(shards(1), 0);

    private final Map<K, V>[] shards;
    private final int size;

    private ShardedMap(Map<K, V>[] shards, int size) {
        this.shards = shards;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // it holds nothing
    public static <K, V> ShardedMap<K, V> of() {
        return (ShardedMap<K, V>) EMPTY;
    }

    /** The map itself when it is one of these. */
    public static <K, V> ShardedMap<K, V> copyOf(Map<K, V> map) {
        if (map instanceof ShardedMap<K, V> sharded) {
            return sharded;
        }
        Editor<K, V> editor = new Editor<>(new ShardedMap<>(shards(shardsFor(map.size())), 0));
        map.forEach(editor::put);
        return editor.done();
    }

    /** Begins a new version of this one. */
    public Editor<K, V> edit() {
        return new Editor<>(this);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of generics cannot be made otherwise
    private static <K, V> Map<K, V>[] shards(int count) {
        Map<K, V>[] shards = new Map[count];
        Arrays.fill(shards, Map.of());
        return shards;
    }

    private static int shardsFor(int size) {
        int shards = 1;
        while (shards < MOST_SHARDS && size > shards * MOST_PER_SHARD) {
            shards <<= 1;
        }
        return shards;
    }

    private static int shardOf(Object key, int shards) {
        // Another mix than HashMap's, or the entries of one shard would share the low bits there too.
        return key.hashCode() * 0x9E3779B9 >>> 1 >>> Integer.SIZE - 1 - Integer.numberOfTrailingZeros(shards);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public @Nullable V get(@Nullable Object key) {
        return key == null ? null : shards[shardOf(key, shards.length)].get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return key != null && shards[shardOf(key, shards.length)].containsKey(key);
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        for (Map<K, V> shard : shards) {
            shard.forEach(action);
        }
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<K, V>> iterator() {
                return new Entries<>(shards);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (other == this) {
            return true;
        }
        if (!(other instanceof ShardedMap<?, ?> that) || that.shards.length != shards.length) {
            return super.equals(other);
        }
        if (that.size != size) {
            return false;
        }
        for (int i = 0; i < shards.length; i++) {
            if (shards[i] != that.shards[i] && !shards[i].equals(that.shards[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /** Takes one key whose values differ; null stands for none. */
    public interface Difference<K, V> {
        void accept(K key, @Nullable V before, @Nullable V after);
    }

    /** Tells every key whose values differ between two maps, each once, in no particular order. */
    public static <K, V> void differences(Map<K, V> before, Map<K, V> after, Difference<K, V> to) {
        if (before == after) {
            return;
        }
        if (before instanceof ShardedMap<K, V> old
                && after instanceof ShardedMap<K, V> now
                && old.shards.length == now.shards.length) {
            for (int i = 0; i < now.shards.length; i++) {
                if (old.shards[i] != now.shards[i]) {
                    differAll(old.shards[i], now.shards[i], to);
                }
            }
        } else {
            differAll(before, after, to);
        }
    }

    private static <K, V> void differAll(Map<K, V> before, Map<K, V> after, Difference<K, V> to) {
        after.forEach((key, now) -> {
            V old = before.get(key);
            if (old != now && !now.equals(old)) {
                to.accept(key, old, now);
            }
        });
        before.forEach((key, old) -> {
            if (!after.containsKey(key)) {
                to.accept(key, old, null);
            }
        });
    }

    private static final class Entries<K, V> implements Iterator<Entry<K, V>> {
        private final Map<K, V>[] shards;
        private int shard;
        private Iterator<Entry<K, V>> inShard;

        Entries(Map<K, V>[] shards) {
            this.shards = shards;
            this.inShard = shards[0].entrySet().iterator();
        }

        @Override
        public boolean hasNext() {
            while (!inShard.hasNext()) {
                if (++shard >= shards.length) {
                    return false;
                }
                inShard = shards[shard].entrySet().iterator();
            }
            return true;
        }

        @Override
        public Entry<K, V> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Entry<K, V> entry = inShard.next();
            return Map.entry(entry.getKey(), entry.getValue());
        }
    }

    /** Changes on the way to a new version, which leave the one before as it is. Confined to one thread. */
    public static final class Editor<K, V> {
        private final ShardedMap<K, V> base;
        private Map<K, V>[] shards;
        private int size;
        private boolean isChanged;

        private Editor(ShardedMap<K, V> base) {
            this.base = base;
            this.shards = base.shards;
            this.size = base.size;
        }

        public @Nullable V get(K key) {
            return shards[shardOf(key, shards.length)].get(key);
        }

        /** Sets a value; an equal one leaves the old object in place. */
        public void put(K key, V value) {
            V known = get(key);
            if (known != null && (known == value || known.equals(value))) {
                return;
            }
            if (known == null && size >= shards.length * MOST_PER_SHARD && shards.length < MOST_SHARDS) {
                grow(shards.length * 2);
            }
            writable(key).put(key, value);
            size += known == null ? 1 : 0;
        }

        public void remove(K key) {
            if (get(key) != null) {
                writable(key).remove(key);
                size--;
            }
        }

        private Map<K, V> writable(K key) {
            if (!isChanged) {
                shards = shards.clone();
                isChanged = true;
            }
            int index = shardOf(key, shards.length);
            boolean isShared = shards.length == base.shards.length && shards[index] == base.shards[index];
            if (isShared || shards[index].isEmpty()) {
                shards[index] = new HashMap<>(shards[index]);
            }
            return shards[index];
        }

        /** Makes room for so many keys in all at once, rather than by doubling. */
        public void expect(int keys) {
            int wanted = shardsFor(keys);
            if (wanted > shards.length) {
                grow(wanted);
            }
        }

        private void grow(int count) {
            Map<K, V>[] larger = shards(count);
            for (Map<K, V> shard : shards) {
                shard.forEach((key, value) -> {
                    int index = shardOf(key, larger.length);
                    if (larger[index].isEmpty()) {
                        larger[index] = new HashMap<>();
                    }
                    larger[index].put(key, value);
                });
            }
            shards = larger;
            isChanged = true;
        }

        /** The new version, or the one before when nothing differs. No more may be changed after that. */
        public ShardedMap<K, V> done() {
            return isChanged ? new ShardedMap<>(shards, size) : base;
        }
    }
}
