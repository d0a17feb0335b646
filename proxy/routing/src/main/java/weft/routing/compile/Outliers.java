package weft.routing.compile;

import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.OutlierDetection;

/** A DestinationRule's outlierDetection to {@link OutlierDetection}. Thread-safe: functions only. */
final class Outliers {
    private Outliers() {}

    /** The block alone switches detection on; the deprecated consecutiveErrors counts gateway errors instead of 5xx. */
    static @Nullable OutlierDetection compile(weft.schema.@Nullable OutlierDetection outlier) {
        if (outlier == null) {
            return null;
        }
        OutlierDetection unset = OutlierDetection.DEFAULT;
        boolean isOld = outlier.getConsecutiveErrors() > 0
                && outlier.getConsecutive5xxErrors() == null
                && outlier.getConsecutiveGatewayErrors() == null;
        Long local = outlier.getConsecutiveLocalOriginFailures();
        return new OutlierDetection(
                isOld ? 0 : orElse(outlier.getConsecutive5xxErrors(), unset.consecutive5xx()),
                isOld
                        ? outlier.getConsecutiveErrors()
                        : orElse(outlier.getConsecutiveGatewayErrors(), unset.consecutiveGatewayFailure()),
                outlier.getSplitExternalLocalOriginErrors(),
                local == null || local == 0 ? unset.consecutiveLocalOriginFailure() : local,
                orElse(outlier.getInterval(), unset.intervalMillis()),
                orElse(outlier.getBaseEjectionTime(), unset.baseEjectionMillis()),
                outlier.getMaxEjectionPercent() > 0 ? outlier.getMaxEjectionPercent() : unset.maxEjectionPercent(),
                outlier.getOutlierDetectionHttpErrorCodes().stream()
                        .map(Long::intValue)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    private static long orElse(@Nullable Long value, long unset) {
        return value == null ? unset : value;
    }
}
