package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.rules.Rule;

/** By which names a caller reaches a service, and who has a name that two could have. */
class DomainsTest {
    private final Domains domains = new Domains("shop");

    private static Service service(String document) {
        List<Rule> rules = TestRules.parse(document);
        return new ServiceDocuments(kind -> rules.stream()
                        .filter(rule -> rule.key().kind().equals(kind))
                        .toList())
                .all()
                .get(0);
    }

    private List<String> kubernetes(String name, String namespace, String spec) {
        return domains.of(service("{kind: Service, metadata: {name: " + name + ", namespace: " + namespace
                + "}, spec: {ports: [{name: http, port: 80}], " + spec + "}}"));
    }

    @Test
    void aServiceOfTheNamespaceHasItsShortestNameToo() {
        assertThat(kubernetes("a", "shop", "clusterIP: 10.0.0.1"))
                .containsExactly(
                        "a.shop.svc.cluster.local",
                        "a.shop.svc.cluster.local.",
                        "a",
                        "a.shop",
                        "a.shop.svc",
                        "10.0.0.1");
        assertThat(kubernetes("a", "my-shop", "clusterIP: 10.0.0.1"))
                .as("a namespace that ends alike is another")
                .containsExactly(
                        "a.my-shop.svc.cluster.local",
                        "a.my-shop.svc.cluster.local.",
                        "a.my-shop",
                        "a.my-shop.svc",
                        "10.0.0.1");
    }

    @Test
    void instancesOfAHeadlessServiceHaveNamesBelowEachOfIts() {
        assertThat(kubernetes("a", "shop", "clusterIP: None"))
                .contains("*.a", "*.a.shop", "*.a.shop.svc.cluster.local.")
                .doesNotContain("*a");
    }

    @Test
    void addressesAreNamesButBlocksOfThemAreNot() {
        assertThat(
                        domains.of(
                                service(
                                        "{kind: ServiceEntry, metadata: {name: a}, spec: {hosts: ['*.a.com'],"
                                                + " addresses: [10.0.0.1, 10.1.0.0/16, 'fd00::1'], ports: [{number: 80, name: h, protocol: HTTP}]}}")))
                .containsExactly("*.a.com", "*.a.com.", "10.0.0.1", "[fd00::1]");
    }

    @Test
    void anAddressAsAHostHasNoOtherNames() {
        String entry =
                "{kind: ServiceEntry, metadata: {name: a}, spec: {hosts: ['%s'], ports: [{number: 80, name: h, protocol: HTTP}]}}";

        assertThat(domains.of(service(entry.formatted("10.0.0.1")))).containsExactly("10.0.0.1");
        assertThat(domains.of(service(entry.formatted("fd00::1")))).containsExactly("[fd00::1]");
    }

    @Test
    void onlyTheFirstLabelIsShortOfTheNamespace() {
        String entry = "{kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.a.shop.svc.cluster.local], "
                + "ports: [{number: 80, name: h, protocol: HTTP}]}}";

        assertThat(domains.of(service(entry)))
                .contains("b.a.shop", "b.a.shop.svc")
                .doesNotContain("b.a");
    }

    @Test
    void aShortNameYieldsToTheServiceOfThatName() {
        Set<String> known = Set.of("a.b", "a");

        assertThat(domains.take("a.b", List.of("A.b", "a.b", "a"), known)).containsExactly("a.b");
        assertThat(domains.isFree("a")).isTrue();
        assertThat(domains.take("a", List.of("a"), known)).containsExactly("a");
        assertThat(domains.isFree("a")).isFalse();
        assertThat(domains.take("c", List.of("a", "c"), known)).containsExactly("c");
    }
}
