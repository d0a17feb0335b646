package weft.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Properties;
import org.apache.avro.util.ClassSecurityValidator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weft.schema.DestinationRule;
import weft.schema.DestinationRuleSpec;
import weft.schema.Gateway;
import weft.schema.GatewayServer;
import weft.schema.GatewaySpec;
import weft.schema.Metadata;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

class OwnershipTest {
    private static final String FILE = """
            hosts.shop = shop.example.com, *.shop.example.com, *.example.com
            hosts.pay = pay.example.com
            hosts.edge = *
            keys.shop = shop-2026
            keys.pay = pay-2026, 00112233aabbccdd
            keys.* = platform
            """;

    @BeforeAll
    static void trustGeneratedClasses() {
        // Avro refuses generated classes until their package is trusted, as the codec of the log does.
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.DEFAULT, c -> c.getName().startsWith("weft.schema.")));
    }

    private static Ownership ownership(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Ownership.of("ownership.properties", properties);
    }

    private static Rule service(String namespace, String host) {
        return Rule.of(VirtualService.newBuilder()
                .setMetadata(Metadata.newBuilder()
                        .setName("a")
                        .setNamespace(namespace)
                        .build())
                .setSpec(VirtualServiceSpec.newBuilder().setHosts(List.of(host)).build())
                .build());
    }

    @ParameterizedTest
    @CsvSource({
        "shop, shop.example.com,            ''",
        "shop, a.shop.example.com,          ''",
        "shop, *.example.com,               ''",
        "shop, pay.example.com,             pay",
        "pay,  pay.example.com,             ''",
        "pay,  PAY.example.com,             ''",
        "pay,  shop.example.com,            shop",
        "pay,  deep.a.shop.example.com,     shop",
        "pay,  *.example.com,               shop",
        "pay,  *,                           edge",
        "none, other.org,                   edge",
        "edge, *,                           ''",
        "edge, other.org,                   ''",
        "edge, shop.example.com,            shop",
        "pay,  reviews,                     ''",
        "pay,  reviews.pay.svc.cluster.local, ''",
        "pay,  reviews.shop.svc.cluster.local, shop",
        "pay,  reviews.shop,                shop",
        "pay,  reviews.shop.svc,            shop",
        "pay,  *.shop.svc.cluster.local,    shop",
        "pay,  x.unheard.svc.cluster.local, unheard",
    })
    void aRuleSpeaksForHostsOfItsNamespaceOnly(String namespace, String host, String owner) {
        String refusal = ownership(FILE).refusal(service(namespace, host));
        if (owner.isEmpty()) {
            assertThat(refusal).isNull();
        } else {
            assertThat(refusal).contains("belongs to namespace " + owner + ", not to " + namespace);
        }
    }

    @Test
    void aWildcardAroundSomebodysHostIsRefusedAlsoWhereNobodyOwnsItAll() {
        Ownership without = ownership("hosts.pay = pay.example.com");
        assertThat(without.refusal(service("evil", "*.example.com"))).contains("pay");
        assertThat(without.refusal(service("evil", "*"))).contains("pay");
        assertThat(without.refusal(service("evil", "free.org"))).isNull();
        assertThat(without.refusal(service("pay", "*.example.com"))).isNull();
        assertThat(Ownership.NONE.refusal(service("evil", "*"))).isNull();
    }

    @Test
    void destinationRulesAndGatewaysSpeakForHostsToo() {
        Metadata evil = Metadata.newBuilder().setName("a").setNamespace("evil").build();
        Rule destination = Rule.of(DestinationRule.newBuilder()
                .setMetadata(evil)
                .setSpec(DestinationRuleSpec.newBuilder()
                        .setHost("pay.example.com")
                        .build())
                .build());
        Rule gateway = Rule.of(Gateway.newBuilder()
                .setMetadata(evil)
                .setSpec(GatewaySpec.newBuilder()
                        .setServers(List.of(GatewayServer.newBuilder()
                                .setHosts(List.of("pay/pay.example.com"))
                                .build()))
                        .build())
                .build());
        assertThat(ownership(FILE).refusal(destination)).contains("namespace pay");
        assertThat(ownership(FILE).refusal(gateway)).contains("namespace pay");
    }

    @Test
    void keysPublishIntoTheirNamespaces() {
        Ownership ownership = ownership(FILE);
        assertThat(ownership.mayPublish("shop-2026", "x", "shop")).isTrue();
        assertThat(ownership.mayPublish("shop-2026", "x", "pay")).isFalse();
        assertThat(ownership.mayPublish("renamed", "00112233aabbccdd", "pay")).isTrue();
        assertThat(ownership.mayPublish("platform", "x", "pay")).isTrue();
        assertThat(ownership.mayPublish("shop-2026", "x", "unclaimed")).isTrue();
        assertThat(ownership.isMeshKey("platform", "x")).isTrue();
        assertThat(ownership.isMeshKey("shop-2026", "x")).isFalse();
    }

    @Test
    void whatItCannotMeanIsSaid() {
        assertThatThrownBy(() -> ownership("host.shop = a")).hasMessageContaining("expected: hosts.NAMESPACE");
        assertThatThrownBy(() -> ownership("hosts.shop = a*.example.com")).hasMessageContaining("expected: a host");
    }
}
