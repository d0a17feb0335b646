package weft.proxy.overload;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Files, and so sockets, that the process may have open. Thread-safe: functions only. */
public final class OpenFiles {
    private OpenFiles() {}

    /** 0 when the system does not tell. */
    public static long most() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 0;
    }
}
