package weft.proxy.admin;

import java.util.function.Function;

/**
 * One path of the admin endpoint. Thread-safe.
 *
 * @param isAction whether it changes something: then only POST is taken
 * @param help one line for /help
 */
public record AdminPage(String path, boolean isAction, String help, Function<AdminQuery, AdminReply> answer) {

    /** Shows something. */
    public static AdminPage view(String path, String help, Function<AdminQuery, AdminReply> answer) {
        return new AdminPage(path, false, help, answer);
    }

    /** Does something. */
    public static AdminPage action(String path, String help, Function<AdminQuery, AdminReply> answer) {
        return new AdminPage(path, true, help, answer);
    }
}
