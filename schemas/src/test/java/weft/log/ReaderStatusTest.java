package weft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import weft.log.RuleLogReader.Phase;

class ReaderStatusTest {
    private final ReaderStatus status = new ReaderStatus("weft.rules", Map.of("bootstrap.servers", "k:9092"));

    @Test
    void denialIsKnownForWhatItIsUntilTheLogIsFollowed() {
        TopicAuthorizationException denial = new TopicAuthorizationException(Set.of("weft.rules"));
        assertThat(status.disconnected(denial)).isTrue();
        status.catchingUp(7); // connecting was allowed again, reading may still not be
        assertThat(status.phase()).isEqualTo(Phase.DEGRADED);
        assertThat(status.detail()).contains("denies").contains("weft.rules");
        assertThat(status.failure()).isSameAs(denial);
        status.live();
        assertThat(status.phase()).isEqualTo(Phase.LIVE);
        assertThat(status.failure()).isNull();
    }

    @Test
    void otherTroubleTakesThePlaceOfADenial() {
        status.disconnected(new TopicAuthorizationException(Set.of("weft.rules")));
        status.degraded("the log was cut");
        assertThat(status.failure()).isNull();
        assertThat(status.detail()).isEqualTo("the log was cut");
    }

    @Test
    void lostConnectionIsForgottenOnceThereIsOneAgain() {
        assertThat(status.disconnected(new DisconnectException("gone"))).isFalse();
        assertThat(status.phase()).isEqualTo(Phase.CONNECTING);
        status.catchingUp(7);
        assertThat(status.phase()).isEqualTo(Phase.CATCHING_UP);
        assertThat(status.failure()).isNull();
    }
}
