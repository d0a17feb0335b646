package weft.routing.validate;

import java.util.List;
import weft.schema.ClaimToHeader;
import weft.schema.JWTHeader;
import weft.schema.JWTRule;
import weft.schema.RequestAuthenticationSpec;

/** A RequestAuthentication and its tokens; the keys of {@code jwks} are not looked into. Thread-safe: functions only. */
final class RequestAuthenticationChecks {
    private RequestAuthenticationChecks() {}

    static void check(RequestAuthenticationSpec spec, Problems problems) {
        Selectors.target(spec.getSelector(), spec.getTargetRef(), spec.getTargetRefs(), problems);
        for (int i = 0; i < spec.getJwtRules().size(); i++) {
            rule(spec.getJwtRules().get(i), problems.at("jwtRules", i));
        }
    }

    private static void rule(JWTRule rule, Problems problems) {
        notEmpty(rule.getAudiences(), problems.at("audiences"));
        String uri = rule.getJwksUri();
        problems.require(
                !rule.getIssuer().isEmpty() || !uri.isEmpty(), "names no issuer (expected: issuer or jwksUri)");
        problems.at("jwks")
                .require(uri.isEmpty() || rule.getJwks().isEmpty(), "beside jwksUri (expected: one of them)");
        problems.at("jwksUri")
                .require(
                        uri.isEmpty() || HttpUrl.isValid(uri),
                        "\"" + uri + "\" (expected: a URL that begins with https:// or http://)");
        for (int i = 0; i < rule.getFromHeaders().size(); i++) {
            JWTHeader header = rule.getFromHeaders().get(i);
            problems.at("fromHeaders", i).at("name").require(!header.getName().isEmpty(), "is missing");
        }
        notEmpty(rule.getFromParams(), problems.at("fromParams"));
        notEmpty(rule.getFromCookies(), problems.at("fromCookies"));
        for (int i = 0; i < rule.getOutputClaimToHeaders().size(); i++) {
            ClaimToHeader claim = rule.getOutputClaimToHeaders().get(i);
            Problems at = problems.at("outputClaimToHeaders", i);
            at.at("claim").require(!claim.getClaim().isEmpty(), "is missing");
            at.at("header")
                    .require(
                            Syntax.isStrictHeaderName(claim.getHeader()),
                            "\"" + claim.getHeader() + "\" (expected: letters, digits, - or _)");
        }
    }

    private static void notEmpty(List<String> values, Problems problems) {
        problems.require(!values.contains(""), "\"\" (expected: a value)");
    }
}
