package weft.local.acl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An identity provider: tokens by client credentials, and the key to verify them with. Thread-safe. */
final class TokenService implements AutoCloseable {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String KEY_ID = "1";

    private final Map<String, String> secrets;
    private final KeyPair keys;
    private final HttpServer server;

    /** @param secrets by client id */
    TokenService(Map<String, String> secrets) throws IOException, GeneralSecurityException {
        this.secrets = Map.copyOf(secrets);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        keys = generator.generateKeyPair();
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/token", this::token);
        server.createContext("/keys", exchange -> answer(exchange, 200, keySet()));
        server.start();
    }

    String tokenUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    String keysUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    private void token(HttpExchange exchange) throws IOException {
        String basic = exchange.getRequestHeaders().getFirst("Authorization").replaceFirst("^Basic ", "");
        String[] credentials = new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8).split(":", 2);
        String client = URLDecoder.decode(credentials[0], StandardCharsets.UTF_8);
        boolean isKnown = credentials.length == 2
                && URLDecoder.decode(credentials[1], StandardCharsets.UTF_8).equals(secrets.get(client));
        if (!isKnown) {
            answer(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        long now = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
        String claims =
                "{\"sub\":\"" + client + "\",\"scope\":\"kafka\",\"iat\":" + now + ",\"exp\":" + (now + 600) + "}";
        String signed = encoded("{\"alg\":\"RS256\",\"kid\":\"" + KEY_ID + "\"}") + "." + encoded(claims);
        answer(
                exchange,
                200,
                "{\"access_token\":\"" + signed + "." + signature(signed) + "\",\"token_type\":\"Bearer\"}");
    }

    private static String encoded(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private String signature(String signed) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String keySet() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + KEY_ID + "\",\"n\":\""
                + number(key.getModulus()) + "\",\"e\":\"" + number(key.getPublicExponent()) + "\"}]}";
    }

    private static String number(BigInteger value) {
        byte[] bytes = value.toByteArray();
        int sign = bytes[0] == 0 ? 1 : 0;
        return BASE64.encodeToString(java.util.Arrays.copyOfRange(bytes, sign, bytes.length));
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
