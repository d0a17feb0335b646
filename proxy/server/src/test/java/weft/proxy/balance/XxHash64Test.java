package weft.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;

class XxHash64Test {

    @Test
    void hashesAsPublished() {
        assertThat(XxHash64.of("")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(XxHash64.of("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(XxHash64.of("abc")).isEqualTo(0x44BC2CF5AD770999L);
    }

    /** The implementation that Kafka's clients bring along is the oracle. */
    @Test
    void hashesTextsOfAnyLengthAndSeedAsTheReference() {
        SplittableRandom random = new SplittableRandom(20_261_130);
        for (int length = 0; length < 200; length++) {
            byte[] bytes = new byte[length + 7];
            random.nextBytes(bytes);
            long seed = random.nextLong();
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            long expected = XXHashFactory.safeInstance().hash64().hash(bytes, 3, length, seed);
            assertThat(XxHash64.of(text, 3, 3 + length, seed))
                    .as("length %d", length)
                    .isEqualTo(expected);
        }
    }
}
