package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static weft.log.testing.TestRules.virtualService;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.RuleChange;
import weft.log.RuleUpdate;
import weft.log.WireCodec;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.Ownership;
import weft.rules.Rule;
import weft.schema.Commit;
import weft.schema.Rejection;

class OwnedHostsTest {
    @TempDir
    private Path folder;

    private static RuleUpdate update(long revision, String name, String host) {
        Commit commit = Commit.newBuilder()
                .setRevision(revision)
                .setCount(1)
                .setBundleId("b")
                .setStateDigest(ByteBuffer.allocate(0))
                .build();
        Rule rule = Rule.of(virtualService(name, host));
        return new RuleUpdate(commit, revision, List.of(new RuleChange.Put(rule, 10 * revision)));
    }

    @Test
    void aRuleForAnotherTenantsHostHasNoEffectAndIsTold() throws IOException {
        Path file = folder.resolve("ownership.properties");
        Files.writeString(file, "hosts.pay = pay.example.com\nhosts.default = shop.example.com\n");
        assertThat(WireCodec.withLocalSchemas()).isNotNull(); // Avro refuses generated classes until the codec is there
        EffectiveRules rules = new EffectiveRules(new HostTable(), Ownership.load(file));
        ProxySnapshot empty = ProxySnapshot.empty(HostTable.IDENTITY);

        rules.update(update(1, "a", "shop.example.com"));
        ProxySnapshot before = rules.compile(empty).compiled();
        rules.update(update(2, "a", "pay.example.com"));
        rules.update(update(3, "b", "pay.example.com"));
        EffectiveRules.Outcome outcome = rules.compile(before);

        assertThat(outcome.compiled().tableHash()).isEqualTo("{a=[shop.example.com]}");
        assertThat(outcome.rejections())
                .extracting(Rejection::getKey, Rejection::getCode, Rejection::getOffset)
                .containsExactly(
                        tuple("VirtualService/default/a", "not_owner", 20L),
                        tuple("VirtualService/default/b", "not_owner", 30L));
        assertThat(outcome.rejections().get(0).getText())
                .isEqualTo("host \"pay.example.com\" belongs to namespace pay, not to default");

        rules.update(update(4, "b", "shop.example.com"));
        assertThat(rules.compile(outcome.compiled()).rejections()).hasSize(1);
    }
}
