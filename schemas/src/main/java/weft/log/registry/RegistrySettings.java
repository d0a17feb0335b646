package weft.log.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where a registry is and who asks it, by the names that Confluent's clients gave their properties, so that one file of
 * client properties serves both. Immutable.
 *
 * @param urls to be tried in their order
 * @param authorization value of the header of that name; null for none
 * @param tls null for Java's own trust store
 */
record RegistrySettings(
        List<URI> urls,
        @Nullable String authorization,
        @Nullable SSLContext tls) {
    static final String URL = "schema.registry.url";
    private static final String PREFIX = "schema.registry.";
    private static final String SSL_PREFIX = PREFIX + "ssl.";
    private static final String USER_INFO = "basic.auth.user.info";
    private static final String TOKEN = "bearer.auth.token";

    RegistrySettings {
        urls = List.copyOf(urls);
    }

    /**
     * Null when the properties name no registry.
     *
     * @throws IllegalArgumentException when they name one that cannot be
     */
    static @Nullable RegistrySettings of(Map<String, ?> properties) {
        String given = text(properties, URL);
        if (given == null) {
            return null;
        }
        List<URI> urls = new ArrayList<>();
        String user = either(properties, USER_INFO);
        for (String each : given.split(",", -1)) {
            URI url = parse(each.strip());
            user = user == null ? url.getUserInfo() : user;
            urls.add(withoutUser(url));
        }
        String token = either(properties, TOKEN);
        String authorization = token != null
                ? "Bearer " + token
                : user == null
                        ? null
                        : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        return new RegistrySettings(urls, authorization, tls(properties));
    }

    private static URI parse(String text) {
        URI url = URI.create("");
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            // said below
        }
        boolean isWeb = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!isWeb || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "schema registry: \"" + text + "\" (expected: http://HOST:PORT, as https://registry:8081)");
        }
        return url;
    }

    /** What is shown to people and sent to servers holds no password. */
    private static URI withoutUser(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath().replaceAll("/+$", "");
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return URI.create(url.getScheme() + "://" + url.getHost() + port + path);
    }

    private static @Nullable String either(Map<String, ?> properties, String name) {
        String own = text(properties, PREFIX + name);
        return own != null ? own : text(properties, name);
    }

    private static @Nullable String text(Map<String, ?> properties, String name) {
        Object value = properties.get(name);
        String text = value == null ? "" : value.toString().strip();
        return text.isEmpty() ? null : text;
    }

    /** Key and trust stores are given as to a Kafka client, and read as it reads them. */
    private static @Nullable SSLContext tls(Map<String, ?> properties) {
        Map<String, Object> ssl = new HashMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(SSL_PREFIX)) {
                ssl.put(name.substring(PREFIX.length()), value);
            }
        });
        if (ssl.isEmpty()) {
            return null;
        }
        ConfigDef known = new ConfigDef();
        SslConfigs.addClientSslSupport(known);
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(known.parse(ssl));
            return factory.sslContext();
        } catch (ConfigException e) {
            throw new IllegalArgumentException("schema registry: " + e.getMessage(), e);
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException("schema registry: TLS: " + cause.getMessage(), e);
        }
    }
}
