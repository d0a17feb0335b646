package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ReadPatienceTest {
    private long seconds = 100;
    private final ReadPatience patience =
            new ReadPatience("weft.journal", Duration.ofSeconds(10), () -> TimeUnit.SECONDS.toNanos(seconds));

    @Test
    void aReaderThatMovesOnIsGivenAllTheTimeItNeeds() {
        for (int position = 0; position < 50; position++) {
            assertThat(patience.hasMore(position, 50)).isTrue();
            seconds += 9;
        }
        assertThat(patience.hasMore(50, 50)).isFalse();
        assertThat(patience.hasMore(51, 50))
                .as("a marker behind the last record")
                .isFalse();
    }

    @Test
    void whereNothingComesReadingEndsAndSaysWhere() {
        assertThat(patience.hasMore(41, 57)).isTrue();
        seconds += 10;
        assertThat(patience.hasMore(41, 57)).isTrue();
        seconds++;
        assertThatThrownBy(() -> patience.hasMore(41, 57))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("weft.journal could not be read to its end: nothing came for 10 s at offset 41 of 57");
    }
}
