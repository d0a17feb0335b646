package weft.log.registry;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.log.registry.RegistryException.Reason;
import weft.log.testing.TestRegistry;

/** The client against a registry that is as strict as real ones, and against servers that are none. */
class SchemaRegistryTest {
    private static final String ONE = record("{\"name\":\"x\",\"type\":\"int\"}");
    private static final String WIDER =
            record("{\"name\":\"x\",\"type\":\"int\"},{\"name\":\"y\",\"type\":\"string\",\"default\":\"\"}");
    private static final String OTHER = record("{\"name\":\"z\",\"type\":\"string\"}");

    private final TestRegistry server = new TestRegistry();

    @AfterEach
    void close() {
        server.close();
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"a\",\"fields\":[" + fields + "]}";
    }

    private SchemaRegistry registry() {
        return registry(Map.of("schema.registry.url", server.url() + "/"));
    }

    private static SchemaRegistry registry(Map<String, String> properties) {
        return requireNonNull(SchemaRegistry.of(properties));
    }

    private static Reason reasonOf(ThrowingCallable call) {
        return catchThrowableOfType(RegistryException.class, call).reason();
    }

    @Test
    void aSchemaHasOneIdHoweverOftenItIsRegistered() throws Exception {
        int id = registry().register("a topic/1-value", ONE);
        assertThat(registry().register("a topic/1-value", ONE)).isEqualTo(id);
        assertThat(registry().lookup("a topic/1-value", ONE)).isEqualTo(id);
        assertThat(registry().schema(id)).isEqualTo(ONE);
        assertThat(registry().subjects()).containsExactly("a topic/1-value");
        assertThat(registry().register("a topic/1-value", WIDER)).isNotEqualTo(id);
    }

    @Test
    void whatTheRegistryLacksIsNotThere() throws Exception {
        assertThat(registry().schema(99)).isNull();
        assertThat(registry().lookup("none", ONE)).isNull();
        registry().register("a", ONE);
        assertThat(registry().lookup("a", WIDER)).isNull();
        assertThat(registry().isCompatible("none", ONE)).isTrue();
    }

    @Test
    void whatIsNoSuccessorIsRefused() throws Exception {
        registry().register("a", ONE);
        assertThat(registry().isCompatible("a", OTHER)).isFalse();
        assertThat(reasonOf(() -> registry().register("a", OTHER))).isEqualTo(Reason.INCOMPATIBLE);
        assertThat(reasonOf(() -> registry().register("a", "{\"type\":\"recor")))
                .isEqualTo(Reason.REFUSED);
        assertThat(registry().compatibilityLevel("a")).isEqualTo("BACKWARD");
        server.level("a", "FULL");
        assertThat(registry().compatibilityLevel("a")).isEqualTo("FULL");
    }

    @Test
    void whoAsksIsTold() throws Exception {
        server.require("Basic YWRhOnNlY3JldA==");
        assertThat(reasonOf(() -> registry().subjects())).isEqualTo(Reason.DENIED);
        SchemaRegistry known =
                registry(Map.of("schema.registry.url", server.url(), "basic.auth.user.info", "ada:secret"));
        assertThat(known.subjects()).isEmpty();
        SchemaRegistry inUrl =
                registry(Map.of("schema.registry.url", server.url().replace("http://", "http://ada:secret@")));
        assertThat(inUrl.subjects()).isEmpty();
        assertThat(inUrl.address()).isEqualTo(server.url());
        server.require("Bearer t0ken");
        assertThat(registry(Map.of("schema.registry.url", server.url(), "schema.registry.bearer.auth.token", "t0ken"))
                        .subjects())
                .isEmpty();
    }

    @Test
    void theNextAddressIsAskedWhenOneIsDown() throws Exception {
        String dead;
        try (ServerSocket socket = new ServerSocket(0)) {
            dead = "http://127.0.0.1:" + socket.getLocalPort();
        }
        assertThat(registry(Map.of("schema.registry.url", dead + "," + server.url()))
                        .register("a", ONE))
                .isPositive();
        RegistryException alone = catchThrowableOfType(
                RegistryException.class,
                () -> registry(Map.of("schema.registry.url", dead)).subjects());
        assertThat(alone.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(alone).hasMessageContaining(dead);
        server.answer(exchange -> exchange.sendResponseHeaders(503, -1));
        assertThat(reasonOf(() -> registry().subjects())).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void anAnswerThatNeverEndsIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        server.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        assertThat(reasonOf(() -> registry().schema(1))).isEqualTo(Reason.UNREACHABLE);
        never.countDown();
    }

    @Test
    void anAnswerBeyondAllBoundsIsRefused() {
        byte[] huge = "[".repeat(2 << 20).getBytes(StandardCharsets.UTF_8);
        server.answer(exchange -> {
            exchange.sendResponseHeaders(200, huge.length);
            exchange.getResponseBody().write(huge);
        });
        assertThat(reasonOf(() -> registry().schema(1))).isEqualTo(Reason.UNREACHABLE);
        for (String odd : new String[] {"", "null", "[]", "{\"schema\":7}", "[".repeat(10_000), "<html>"}) {
            byte[] body = odd.getBytes(StandardCharsets.UTF_8);
            server.answer(exchange -> {
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            });
            assertThat(reasonOf(() -> registry().schema(1))).as(odd).isEqualTo(Reason.REFUSED);
            assertThat(reasonOf(() -> registry().register("a", ONE))).as(odd).isEqualTo(Reason.REFUSED);
        }
    }

    @Test
    void aPasswordIsNotTakenElsewhere() {
        try (TestRegistry elsewhere = new TestRegistry()) {
            server.answer(exchange -> {
                exchange.getResponseHeaders().add("Location", elsewhere.url() + "/subjects");
                exchange.sendResponseHeaders(302, -1);
            });
            assertThat(reasonOf(() -> registry().subjects())).isEqualTo(Reason.REFUSED);
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void anAddressThatCannotBeIsToldAtOnce() {
        for (String odd : new String[] {"registry:8081", "ftp://registry", "http://", "http://a b", "http://a,,"}) {
            assertThatThrownBy(() -> SchemaRegistry.of(Map.of("schema.registry.url", odd)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("schema registry: \"");
        }
        assertThat(SchemaRegistry.of(Map.of())).isNull();
        assertThatThrownBy(() -> SchemaRegistry.of(Map.of(
                        "schema.registry.url",
                        "https://registry",
                        "schema.registry.ssl.truststore.location",
                        "/nowhere/at/all")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/nowhere/at/all");
    }
}
