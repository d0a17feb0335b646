package weft.routing.route;

import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.route.RouteMatch.HeaderMatch.Source;

/** What is known of a request while its header fields are edited. Used on the event loop. */
@FunctionalInterface
public interface HeaderFacts {
    /** Knows nothing. */
    HeaderFacts NONE = (command, argument) -> null;

    /** What a command of {@link HeaderTemplate} stands for; null for nothing. */
    @Nullable
    String value(String command, String argument);

    /** These, and {@code REQ}: a field of this request, or else of the name behind the question mark. */
    default HeaderFacts of(RequestHead head) {
        return (command, argument) -> command.equals("REQ") ? field(head, argument) : value(command, argument);
    }

    private static @Nullable String field(RequestHead head, String argument) {
        int mark = argument.indexOf('?');
        String found = Source.of(mark < 0 ? argument : argument.substring(0, mark), head);
        return found != null || mark < 0 ? found : Source.of(argument.substring(mark + 1), head);
    }
}
