package weft.routing.route;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Fixed answer. Immutable; nobody writes to the body. Istio VirtualService, HTTPDirectResponse. */
public record DirectResponse(int status, byte[] body) implements RouteAction {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DirectResponse that && status == that.status && Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return 31 * status + Arrays.hashCode(body);
    }
}
