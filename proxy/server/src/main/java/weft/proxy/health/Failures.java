package weft.proxy.health;

import io.netty.channel.ConnectTimeoutException;

/** Puts exceptions of connections into words. Thread-safe: functions only. */
final class Failures {
    private static final int LONGEST = 120;

    private Failures() {}

    static String text(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "connect timeout";
        }
        String message = cause.getMessage();
        String text = message == null ? cause.getClass().getSimpleName() : message;
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
