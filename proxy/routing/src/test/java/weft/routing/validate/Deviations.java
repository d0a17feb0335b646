package weft.routing.validate;

import java.util.Map;

/** Cases on which Weft differs from Istio on purpose, each with its reason. */
final class Deviations {
    private static final String EMPTY_MATCH =
            "upstream's null header match is written as no header match, which is valid";

    static final Map<String, String> VALIDATION = Map.of(
            "TestValidateUriRegexRewrite/0",
            "upstream's nil is written as an empty uriRegexRewrite, which Istio refuses as well",
            "TestValidateHTTPRoute/26",
            EMPTY_MATCH,
            "TestValidateRootHTTPRoute/3",
            EMPTY_MATCH,
            "TestValidateDelegateHTTPRoute/16",
            EMPTY_MATCH);

    private Deviations() {}
}
