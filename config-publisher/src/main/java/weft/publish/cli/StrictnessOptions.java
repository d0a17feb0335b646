package weft.publish.cli;

import picocli.CommandLine.Option;
import weft.publish.yaml.Strictness;

/** The options that say how much of what is doubtful passes. Confined to the command's thread. */
final class StrictnessOptions {
    @Option(names = "--strict", description = "Take every warning for an error.")
    private boolean strict;

    @Option(names = "--lenient", description = "Read past unknown fields with a warning, as Kubernetes drops them.")
    private boolean lenient;

    Strictness chosen() {
        if (strict && lenient) {
            throw new CommandFailure(ExitCode.USAGE, "--strict beside --lenient (expected: one of them)");
        }
        return strict ? Strictness.STRICT : lenient ? Strictness.LENIENT : Strictness.USUAL;
    }
}
