package weft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateDigestTest {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

    private static BigInteger slow(Map<String, byte[]> state) {
        BigInteger sum = BigInteger.ZERO;
        for (Map.Entry<String, byte[]> each : state.entrySet()) {
            byte[] key = each.getKey().getBytes(StandardCharsets.UTF_8);
            ByteBuffer all = ByteBuffer.allocate(4 + key.length + each.getValue().length);
            all.putInt(key.length).put(key).put(each.getValue());
            sum = sum.add(new BigInteger(1, StateDigest.sha256().digest(all.array())));
        }
        return sum.mod(MODULUS);
    }

    @Test
    void addingAndSubtractingEqualsTheSumOverWhatIsLive() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        StateDigest digest = new StateDigest();
        Map<String, byte[]> state = new HashMap<>();
        for (int step = 0; step < 2_000; step++) {
            String key = "key" + random.nextInt(50);
            byte[] before = state.remove(key);
            if (before != null) {
                digest.subtract(key, before);
            }
            if (random.nextInt(3) > 0) {
                byte[] value = new byte[random.nextInt(40)];
                random.nextBytes(value);
                state.put(key, value);
                digest.add(key, value);
            }
            assertThat(new BigInteger(1, digest.toBytes()))
                    .as("seed %d step %d", seed, step)
                    .isEqualTo(slow(state));
        }
    }

    @Test
    void keyAndValueAreToldApart() {
        StateDigest one = new StateDigest();
        StateDigest other = new StateDigest();
        one.add("ab", "c".getBytes(StandardCharsets.UTF_8));
        other.add("a", "bc".getBytes(StandardCharsets.UTF_8));
        assertThat(one).isNotEqualTo(other);
    }
}
