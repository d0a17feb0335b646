package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void aTakenPortIsSteppedOver() {
        Ports ports = new Ports(port -> port != 8080 && port != 8081);
        assertThat(ports.take(8080)).isEqualTo(8082);
    }

    @Test
    void noPortIsHandedOutTwice() {
        Ports ports = new Ports(port -> true);
        assertThat(ports.take(15100)).isEqualTo(15100);
        assertThat(ports.take(15100)).isEqualTo(15101);
        assertThat(ports.take(15101)).isEqualTo(15102);
    }

    @Test
    void aMachineWithoutRoomIsToldSo() {
        assertThatThrownBy(() -> new Ports(port -> false).take(8080)).hasMessage("no free port from 8080 upwards");
    }

    @Test
    void aListenerOnTheLoopbackAloneTakesThePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.isFree(socket.getLocalPort())).isFalse();
        }
    }
}
