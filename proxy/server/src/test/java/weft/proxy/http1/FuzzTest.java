package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeded noise: nothing is thrown, nothing leaks, and upstream gets only requests that another parser reads the same way. */
class FuzzTest {
    private static final long SEED = Long.getLong("weft.fuzz.seed", 20261122);
    private static final int ROUNDS = Integer.getInteger("weft.fuzz.rounds", 2_000);

    private static final String[] SEEDS = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "GET http://h:1/p?q HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close, x\r\nX: 1\r\nTE: trailers\r\n\r\n",
        "PUT /%41%2f..%2e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    };

    private static final String[] TOKENS = {
        "\r\n", "\r", "\n", ":", " ", "\t", "\0", "chunked", "Transfer-Encoding: ", "Content-Length: ", "0", "5",
                "ffffffff",
        "HTTP/1.1", "HTTP/1.0", ";", "\"", "Host: b", "\u0080", "\u00ff", "%00", "../", "Connection: ", "GET / ", "_",
                ","
    };

    private static byte[] mutate(Random random, byte[] seed) {
        byte[] bytes = seed.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> {
                    if (bytes.length > 0) {
                        bytes[at] = (byte) random.nextInt(256);
                    }
                }
                case 1 -> bytes = splice(bytes, at, Math.min(bytes.length, at + random.nextInt(8)), new byte[0]);
                case 2 -> bytes = splice(bytes, at, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 20)));
                default ->
                    bytes = splice(
                            bytes, at, at, TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] with) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(with);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    private static List<byte[]> cut(Random random, byte[] bytes) {
        List<byte[]> parts = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(random.nextBoolean() ? 8 : 200));
            parts.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        return parts;
    }

    @Test
    void mutatedRequestsReachTheUpstreamOnlyWellFormed() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutate(random, SEEDS[random.nextInt(SEEDS.length)].getBytes(StandardCharsets.ISO_8859_1));
            String what = "seed " + SEED + " round " + round + ": " + new String(bytes, StandardCharsets.ISO_8859_1);
            try (Bridge bridge = new Bridge()) {
                cut(random, bytes).forEach(bridge::receive);
                bridge.downstream.close();
                bridge.pump();
                assertThat(bridge.upstreams).as(what).noneMatch(u -> u.undecodable);
                assertThat(bridge.refused).as(what).hasSizeLessThanOrEqualTo(1);
                bridge.downstream.checkException();
                bridge.upstreams.forEach(u -> u.channel.checkException());
                assertThat(bridge.upstreams.stream().mapToInt(u -> u.begun).sum())
                        .as(what)
                        .isLessThanOrEqualTo(bridge.served());
            }
        }
    }

    @Test
    void noiseIsRefused() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS / 4; round++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            try (Bridge bridge = new Bridge()) {
                cut(random, bytes).forEach(bridge::receive);
                assertThat(bridge.upstreams).isEmpty();
                bridge.downstream.checkException();
            }
        }
    }

    @Test
    void mutatedResponsesEndOnceOrReset() {
        Random random = new Random(SEED);
        String[] seeds = {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello"
        };
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutate(random, seeds[random.nextInt(seeds.length)].getBytes(StandardCharsets.ISO_8859_1));
            try (Bridge bridge = new Bridge("")) {
                bridge.receive(SEEDS[0].getBytes(StandardCharsets.ISO_8859_1));
                EmbeddedChannel upstream = bridge.upstreams.get(0).channel;
                for (byte[] part : cut(random, bytes)) {
                    if (upstream.isActive()) {
                        upstream.writeInbound(Wire.bytes(part));
                    }
                }
                upstream.close();
                bridge.pump();
                upstream.checkException();
                bridge.downstream.checkException();
                String what =
                        "seed " + SEED + " round " + round + ": " + new String(bytes, StandardCharsets.ISO_8859_1);
                assertThat(bridge.resets).as(what).hasSizeLessThanOrEqualTo(1);
                assertThat(Wire.sent(bridge.downstream))
                        .as(what + bridge.resets)
                        .startsWith("HTTP/1.1 ");
            }
        }
    }
}
