package weft.log.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;

/**
 * A broker with an authorizer that lets nobody do anything without an ACL, reached with SCRAM passwords or tokens over TLS, or with TLS
 * client certificates. Thread-safe.
 *
 * <p>Its plaintext listener is for the test itself: who comes that way is a super user.
 */
public final class SecuredBroker implements AutoCloseable {
    /** Enough for the broker to accept; a real password deserves more. */
    private static final int SCRAM_ITERATIONS = 4_096;

    private static final String SASL = "SASL_SSL";
    private static final String HOST = "127.0.0.1";

    private final TestCertificates authority;
    private final int saslPort;
    private final int tlsPort;
    private final TestBroker broker;
    private final Admin admin;

    /** @param authority signs the broker's certificate, and those of clients it is to take */
    private SecuredBroker(TestCertificates authority, Map<String, String> extra) throws IOException {
        this.authority = authority;
        this.saslPort = TestBroker.freePort();
        this.tlsPort = TestBroker.freePort();
        String listeners = "SASL://" + HOST + ":" + saslPort + ",TLS://" + HOST + ":" + tlsPort;
        Map<String, String> config = new HashMap<>();
        config.put("listeners", listeners);
        config.put("advertised.listeners", listeners);
        config.put("listener.security.protocol.map", "SASL:" + SASL + ",TLS:SSL");
        config.put("authorizer.class.name", RecordingAuthorizer.class.getName());
        config.put("super.users", "User:ANONYMOUS");
        config.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        config.put("listener.name.sasl.scram-sha-512.sasl.jaas.config", login("scram.Scram", ""));
        Map<String, String> identity = authority.identity("broker", HOST);
        for (String listener : List.of("listener.name.sasl.", "listener.name.tls.")) {
            identity.forEach((key, value) -> config.put(listener + key, value));
            authority.trust().forEach((key, value) -> config.put(listener + key, value));
        }
        config.put("listener.name.tls.ssl.client.auth", "required");
        config.putAll(extra);
        this.broker = TestBroker.create(config);
        this.admin = Admin.create(broker.clientProperties());
    }

    /** Starts a broker whose certificate this authority signs. */
    public static SecuredBroker create(TestCertificates authority) {
        return create(authority, Map.of());
    }

    /** @param extra settings of the broker */
    public static SecuredBroker create(TestCertificates authority, Map<String, String> extra) {
        try {
            return new SecuredBroker(authority, extra);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String login(String module, String options) {
        return "org.apache.kafka.common.security." + module + "LoginModule required" + options + ";";
    }

    /** Client properties of somebody who may do everything. */
    public Map<String, Object> superUser() {
        return broker.clientProperties();
    }

    /** An admin client of the super user. */
    public Admin admin() {
        return admin;
    }

    /** HOST:PORT where passwords and tokens are taken. */
    public String saslAddress() {
        return HOST + ":" + saslPort;
    }

    /** HOST:PORT where client certificates are taken. */
    public String tlsAddress() {
        return HOST + ":" + tlsPort;
    }

    /** Makes a user with a password; the properties that its clients need. */
    public Map<String, Object> scramUser(String name) throws ExecutionException, InterruptedException {
        String password = name + "-secret";
        ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS);
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(name, info, password)))
                .all()
                .get();
        Map<String, Object> config = new HashMap<>(authority.trust());
        config.put("bootstrap.servers", saslAddress());
        config.put("security.protocol", SASL);
        config.put("sasl.mechanism", "SCRAM-SHA-512");
        config.put(
                "sasl.jaas.config", login("scram.Scram", " username=\"" + name + "\" password=\"" + password + "\""));
        return config;
    }

    /** Takes a user's password away: who is connected stays so, nobody connects any more. */
    public void revokeUser(String name) throws ExecutionException, InterruptedException {
        admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_512)))
                .all()
                .get();
    }

    /** The properties of clients that show a certificate of this name. */
    public Map<String, Object> certified(String commonName) {
        Map<String, Object> config = new HashMap<>(authority.trust());
        config.putAll(authority.identity(commonName, null));
        config.put("bootstrap.servers", tlsAddress());
        config.put("security.protocol", "SSL");
        return config;
    }

    /** How many connections it turned away for want of valid credentials. */
    public double failedLogins() throws JMException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        double failed = 0;
        for (ObjectName each :
                beans.queryNames(new ObjectName("kafka.server:type=socket-server-metrics,listener=SASL,*"), null)) {
            if (each.getKeyProperty("networkProcessor") != null
                    && each.getKeyPropertyList().size() == 3) {
                failed += ((Number) beans.getAttribute(each, "failed-authentication-total")).doubleValue();
            }
        }
        return failed;
    }

    /** Gives; returns when the broker goes by it. */
    public void grant(Collection<AclBinding> acls) throws ExecutionException, InterruptedException {
        admin.createAcls(acls).all().get();
        awaitKnown(acls, true);
    }

    /** Takes away; returns when the broker goes by it. */
    public void revoke(Collection<AclBinding> acls) throws ExecutionException, InterruptedException {
        admin.deleteAcls(acls.stream().map(AclBinding::toFilter).toList()).all().get();
        awaitKnown(acls, false);
    }

    private void awaitKnown(Collection<AclBinding> acls, boolean isThere)
            throws ExecutionException, InterruptedException {
        while (true) {
            Set<AclBinding> known = new HashSet<>(
                    admin.describeAcls(AclBindingFilter.ANY).values().get());
            if (isThere ? known.containsAll(acls) : Collections.disjoint(known, acls)) {
                return;
            }
            Thread.sleep(2);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        broker.close();
    }
}
