package weft.proxy.upstream;

import io.netty.channel.ConnectTimeoutException;
import weft.proxy.stream.StreamReset;

/** Turns the exception of a failed connect into a reset and words for the access log. */
final class ConnectFailure {
    private ConnectFailure() {}

    static StreamReset reset(Throwable cause) {
        return cause instanceof ConnectTimeoutException ? StreamReset.CONNECT_TIMEOUT : StreamReset.CONNECT_FAILURE;
    }

    /** What the operating system said, without the address that Netty appends. */
    static String text(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "connect timeout";
        }
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        String text = message.startsWith("finishConnect(..) failed with error(")
                ? message.substring(message.indexOf("): ") + 3)
                : message;
        int address = text.indexOf(": ");
        String words = address < 0 ? text : text.substring(0, address);
        return words.startsWith("connect(..) failed") && address >= 0 ? text.substring(address + 2) : words;
    }
}
