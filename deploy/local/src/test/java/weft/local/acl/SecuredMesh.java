package weft.local.acl;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import weft.log.TopicNames;
import weft.log.testing.RecordingAuthorizer;
import weft.log.testing.RecordingAuthorizer.Question;
import weft.log.testing.SecuredBroker;
import weft.log.testing.TestBroker;
import weft.publish.cli.Terminal;
import weft.publish.cli.WeftCommand;
import weft.publish.log.acl.AclPlan;
import weft.publish.log.acl.Grant;
import weft.publish.log.acl.GrantedAcls;
import weft.publish.log.acl.MeshRole;

/** One mesh on a broker with an authorizer, with a user for each role. Confined to the test's thread. */
final class SecuredMesh {
    final TopicNames names = TestBroker.freshTopics();
    final AclPlan plan = new AclPlan(names);
    private final SecuredBroker broker;
    private final Path folder;
    private final Map<MeshRole, Map<String, Object>> users = new HashMap<>();

    SecuredMesh(SecuredBroker broker, Path folder) throws ExecutionException, InterruptedException {
        this.broker = broker;
        this.folder = folder;
        for (MeshRole role : MeshRole.values()) {
            users.put(role, broker.scramUser(names.prefix() + "-" + role.word()));
        }
    }

    /** What one command said and how it ended. Immutable. */
    record Outcome(int exit, String out, String err) {}

    /** As whom the brokers know a role. */
    String principal(MeshRole role) {
        return "User:" + names.prefix() + "-" + role.word();
    }

    Map<String, Object> client(MeshRole role) {
        return users.getOrDefault(role, Map.of());
    }

    void grant(MeshRole role) throws ExecutionException, InterruptedException {
        broker.grant(acls(role));
    }

    Collection<AclBinding> acls(MeshRole role) {
        return plan.of(role).stream().map(grant -> grant.to(principal(role))).toList();
    }

    /** The client properties of a role as a file. */
    Path config(MeshRole role) throws IOException {
        return config(role.word(), client(role));
    }

    Path config(String name, Map<String, Object> client) throws IOException {
        Properties properties = new Properties();
        client.forEach((key, value) -> properties.put(key, value.toString()));
        Path file = folder.resolve(name + ".properties");
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    Outcome weft(MeshRole role, String... arguments) throws IOException {
        return weft(config(role), arguments);
    }

    Outcome weft(Path config, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(
                InputStream.nullInputStream(), new PrintWriter(out), new PrintWriter(err), Map.of(), false);
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--kafka-config", config.toString(), "--topic-prefix", names.prefix()));
        all.addAll(List.of("--kafka-timeout", "60s")); // a machine that builds meanwhile is slow
        int exit = WeftCommand.run(terminal, all.toArray(String[]::new));
        return new Outcome(exit, out.toString(), err.toString());
    }

    /** Grants of a role without which something that the broker was asked would have been denied: all others are still unused. */
    Set<String> unused(MeshRole role) {
        List<Grant> grants = plan.of(role);
        List<Grant> asked = questions(role).stream()
                .filter(Question::isAllowed)
                .map(question -> new Grant(question.resource(), question.operation(), ""))
                .toList();
        return grants.stream()
                .filter(grant -> {
                    GrantedAcls others = new GrantedAcls(grants.stream()
                            .filter(other -> !other.equals(grant))
                            .map(other -> other.to(principal(role)))
                            .toList());
                    return asked.stream().allMatch(question -> others.allows(principal(role), question));
                })
                .map(grant -> grant.operationWord() + " on " + grant.resourceWords())
                .collect(Collectors.toSet());
    }

    /** What a role wanted to do and might not. */
    Set<String> denied(MeshRole role) {
        return questions(role).stream()
                .filter(question -> !question.isAllowed())
                .map(question -> Grant.word(question.operation()) + " on " + Grant.words(question.resource()))
                .collect(Collectors.toSet());
    }

    private Set<Question> questions(MeshRole role) {
        return RecordingAuthorizer.questions().stream()
                .filter(question -> question.principal().equals(principal(role)))
                .collect(Collectors.toSet());
    }

    static ResourcePattern topic(String name) {
        return new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
    }
}
