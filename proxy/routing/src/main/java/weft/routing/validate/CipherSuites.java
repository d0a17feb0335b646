package weft.routing.validate;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** TLS cipher suites by the names of OpenSSL. Thread-safe: functions only. */
final class CipherSuites {
    private static final Set<String> KNOWN = Set.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "ECDHE-ECDSA-AES128-SHA",
            "ECDHE-RSA-AES128-SHA",
            "ECDHE-ECDSA-AES256-SHA",
            "ECDHE-RSA-AES256-SHA",
            "AES128-GCM-SHA256",
            "AES256-GCM-SHA384",
            "AES128-SHA",
            "AES256-SHA",
            "DES-CBC3-SHA");

    private CipherSuites() {}

    /** Unknown and repeated names are passed over, which is worth a warning. */
    static void check(List<String> suites, Problems problems) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < suites.size(); i++) {
            String suite = suites.get(i);
            if (!isKnown(suite)) {
                problems.at("cipherSuites", i).warning("\"" + suite + "\" is unknown and passed over");
            } else if (!seen.add(suite)) {
                problems.at("cipherSuites", i).warning("\"" + suite + "\" is named twice");
            }
        }
    }

    /** Signs at the beginning make an expression, which is not looked into. */
    private static boolean isKnown(String suite) {
        return suite.isEmpty()
                || suite.equals("ALL")
                || !Character.isLetterOrDigit(suite.charAt(0))
                || KNOWN.contains(suite);
    }
}
